"""The kinds of resource, and what all of them have in common: create, look up, describe, stop."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from include.local_aws import wire
from include.local_aws.account import arn
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.errors import AwsError, ResourceInUse, ResourceNotFound, ValidationException
from include.local_aws.runner.transitions import transition
from include.local_aws.store import AlreadyThere, Resource


@dataclass(frozen=True)
class Kind:
    """One kind of resource. ``members`` is the prefix of its Describe members (``TrainingJob`` in TrainingJobArn).

    ``first_status`` is what it has when it is created, ``has_status`` and ``has_name`` say whether Describe tells them:
    a version of a model package has a group and a number instead of a name.
    """

    members: str
    arn_part: str
    spoken: str
    first_status: str = "InProgress"
    has_status: bool = True
    has_name: bool = True

    @property
    def name_member(self) -> str:
        """The request member that holds the name."""
        return f"{self.members}Name"

    def name(self, call: Call) -> str:
        """Return the name of the resource a call names, which may do it by ARN.

        The version of a package is padded, so that names sort as versions do.
        """
        name, slash, version = self._given(call).partition("/")
        return f"{name}/{int(version):09}" if slash else name

    def arn(self, call: Call) -> str:
        """Return the ARN of the resource a call names."""
        return arn(call.region, self.arn_part, self._given(call))

    def missing(self, call: Call) -> AwsError:
        """AWS's error for a resource that is not there; it differs by kind."""
        name = call.request[self.name_member]
        if self in {AUTOML, TUNING}:
            article = "an" if self is AUTOML else "a"
            return ResourceNotFound(f"Amazon SageMaker can't find {article} {self.spoken} called {name}.")
        if self in _HOSTED:
            return ValidationException(f'Could not find {self.spoken} "{self.arn(call)}".')
        if self is TRAINING:
            return ValidationException("Requested resource not found.")
        if self in {GROUP, PACKAGE}:
            told = name if name.startswith("arn:") else self.arn(call)
            return ValidationException(f"{self.members} {told} does not exist.")
        return ValidationException(f"Could not find requested job with name: {name}")

    def ended(self, status: str) -> AwsError:
        """AWS's error for stopping a job that has ended: its words are known of training jobs."""
        state = "is in status" if self is TRAINING else "has already reached a terminal state:"
        return ValidationException(f"The request was rejected because the {self.spoken} {state} {status}.")

    def taken(self, resource: Resource) -> AwsError:
        """AWS's error for a name that is taken."""
        if self in _HOSTED:
            return ValidationException(f'Cannot create already existing {self.spoken} "{resource.arn}".')
        if self is GROUP:  # a ValidationException, though the registry has a ConflictException
            return ValidationException(f"Model Package Group already exists: {resource.arn}")
        if self is TUNING:
            return ResourceInUse(
                f"A hyperparameter tuning job with the name, {resource.name}, already exists. Choose a different name."
            )
        if self is TRAINING:
            noun, article = "Training job", "a training job"
        elif self is AUTOML:
            noun, article = "AutoML job", "an AutoML job"
        else:
            noun, article = "Job", "a job"
        return ResourceInUse(
            f"{noun} names must be unique within an AWS account and region, and {article} with this name already "
            f"exists ({resource.arn})"
        )

    def _given(self, call: Call) -> str:
        given: str = call.request[self.name_member]
        if not given.startswith("arn:"):
            return given
        if given.split(":")[3] != call.region:
            raise ValidationException(f"ARN should be scoped to correct region: {call.region}")
        name = given.partition("/")[2]
        if given != arn(call.region, self.arn_part, name):  # of another account, or of another kind
            raise self.missing(call)
        return name


TRAINING = Kind("TrainingJob", "training-job", "training job")
TRANSFORM = Kind("TransformJob", "transform-job", "transform job")
PROCESSING = Kind("ProcessingJob", "processing-job", "processing job")
AUTOML = Kind("AutoMLJob", "automl-job", "AutoML job")
TUNING = Kind("HyperParameterTuningJob", "hyper-parameter-tuning-job", "hyperparameter tuning job")
MODEL = Kind("Model", "model", "model", first_status="InService", has_status=False)
GROUP = Kind("ModelPackageGroup", "model-package-group", "model package group", first_status="Completed")
PACKAGE = Kind("ModelPackage", "model-package", "model package", first_status="Completed", has_name=False)
ENDPOINT_CONFIG = Kind(
    "EndpointConfig", "endpoint-config", "endpoint configuration", first_status="InService", has_status=False
)
ENDPOINT = Kind("Endpoint", "endpoint", "endpoint", first_status="Creating")
_HOSTED = {MODEL, ENDPOINT_CONFIG, ENDPOINT}
KINDS = {
    kind.members: kind
    for kind in (TRAINING, TRANSFORM, PROCESSING, AUTOML, TUNING, MODEL, GROUP, PACKAGE, ENDPOINT_CONFIG, ENDPOINT)
}
# What is told of these is what is stored of them, and nothing else.
DESCRIBED = {
    f"Describe{kind.members}": kind for kind in (TRAINING, TRANSFORM, PROCESSING, TUNING, MODEL, GROUP, ENDPOINT_CONFIG)
}


def ensure_free(services: Services, kind: Kind, call: Call) -> None:
    """Raise AWS's error if the name of a Create call is taken: before checks that cost time or tell less."""
    found = services.store.get(call.region, kind.members, kind.name(call))
    if found:
        raise kind.taken(found)


def create(services: Services, kind: Kind, call: Call, computed: Mapping[str, Any]) -> Resource:
    """Store the resource of a Create call with its tags; raises AWS's error if the name is taken."""
    request = {key: value for key, value in call.request.items() if key != "Tags"}
    resource = Resource(
        region=call.region,
        kind=kind.members,
        name=kind.name(call),
        arn=kind.arn(call),
        status=kind.first_status,
        request=request,
        computed={key: value for key, value in {**computed, **call.computed}.items() if value is not None},
    )
    try:
        return services.store.insert(transition(resource, "Starting"), call.request.get("Tags", ()))
    except AlreadyThere as taken:
        raise kind.taken(taken.resource) from taken


def find(services: Services, kind: Kind, call: Call) -> Resource:
    """Return the resource a call names; raises AWS's error if there is none."""
    found = services.store.get(call.region, kind.members, kind.name(call))
    if found is None:
        raise kind.missing(call)
    return found


def described(services: Services, call: Call) -> Json:
    """Do one of the operations :data:`DESCRIBED`."""
    kind = DESCRIBED[call.operation]
    return describe(kind, find(services, kind, call), call.operation)


def describe(kind: Kind, resource: Resource, operation: str, asked: Collection[str] | None = None) -> Json:
    """Return a resource as ``operation`` answers it: what was asked, as far as it answers that, and what was computed.

    ``asked`` are the members of the request that are wanted, all by default.

    Computed members whose name starts with ``_`` are the endpoint's own and not told.
    """
    shape = wire.operation_model(operation).output_shape
    members = shape.members if shape else {}
    if asked is None:
        told = {key: value for key, value in resource.request.items() if key in members}
    else:
        told = {key: resource.request[key] for key in asked if key in resource.request}
    told |= {key: value for key, value in resource.computed.items() if not key.startswith("_")}
    told |= {f"{kind.members}Arn": resource.arn, "CreationTime": resource.created}
    told.pop(kind.name_member, None)
    if kind.has_name:
        told[kind.name_member] = resource.name
    if kind.has_status:
        told[f"{kind.members}Status"] = resource.status
    if "LastModifiedTime" in members:
        told["LastModifiedTime"] = resource.modified
    return told


def stop(services: Services, kind: Kind, call: Call) -> Resource:
    """Ask a running job to stop; raises AWS's error for one that has ended."""
    found = find(services, kind, call)

    def ask(current: Resource) -> Resource | None:
        if current.status != "InProgress":
            return None
        return replace(transition(current, "Stopping"), status="Stopping")

    changed = services.store.change(call.region, kind.members, found.name, ask)
    if changed is None:
        status = find(services, kind, call).status
        if status != "Stopping":
            raise kind.ended(status)
    return changed or found
