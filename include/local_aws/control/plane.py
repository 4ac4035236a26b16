"""The operations there are, and the one way to call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from include.local_aws import wire
from include.local_aws.constraints import check
from include.local_aws.control import (
    automl,
    endpoint_configs,
    endpoints,
    kinds,
    models,
    package_groups,
    packages,
    processing,
    search_operation,
    tags,
    training,
    transform,
    tuning,
)
from include.local_aws.control.automl_searches import Searches
from include.local_aws.control.call import Call, Handler, Json, Services
from include.local_aws.control.conductors import Conductors
from include.local_aws.control.kinds import DESCRIBED, KINDS, TUNING
from include.local_aws.control.listing import LISTINGS, list_resources
from include.local_aws.control.unsupported import instead_of
from include.local_aws.errors import NotDone
from include.local_aws.runner.endpoints import Endpoints
from include.local_aws.runner.runner import Runner
from include.local_aws.runner.s3 import S3Access
from include.local_aws.runner.transitions import transition
from include.local_aws.store import Resource, Store

OPERATIONS: dict[str, Handler] = {
    "AddTags": tags.add,
    "CreateAutoMLJob": automl.create,
    "CreateAutoMLJobV2": automl.create_v2,
    "CreateEndpoint": endpoints.create,
    "CreateEndpointConfig": endpoint_configs.create,
    "CreateHyperParameterTuningJob": tuning.create,
    "CreateModel": models.create,
    "CreateModelPackage": packages.create,
    "CreateModelPackageGroup": package_groups.create,
    "CreateProcessingJob": processing.create,
    "CreateTrainingJob": training.create,
    "CreateTransformJob": transform.create,
    "DeleteEndpoint": endpoints.delete,
    "DeleteEndpointConfig": endpoint_configs.delete,
    "DeleteModel": models.delete,
    "DeleteModelPackage": packages.delete,
    "DeleteModelPackageGroup": package_groups.delete,
    "DeleteTags": tags.delete,
    "DescribeAutoMLJob": automl.describe,
    "DescribeAutoMLJobV2": automl.describe_v2,
    "DescribeEndpoint": endpoints.describe,
    "DescribeModelPackage": packages.describe,
    "ListCandidatesForAutoMLJob": automl.list_candidates,
    "ListTags": tags.list_,
    "ListTrainingJobsForHyperParameterTuningJob": tuning.list_children,
    "Search": search_operation.search,
    "StopAutoMLJob": automl.stop,
    "StopHyperParameterTuningJob": tuning.stop,
    "StopProcessingJob": processing.stop,
    "StopTrainingJob": training.stop,
    "StopTransformJob": transform.stop,
    "UpdateEndpoint": endpoints.update,
    "UpdateModelPackage": packages.update,
    **dict.fromkeys(LISTINGS, list_resources),
    **dict.fromkeys(DESCRIBED, kinds.described),
}

_RESTARTED = "InternalServerError: The embedded AWS endpoint ended while the job was running. Please try again."


class ControlPlane:
    """SageMaker's operations over a store, a runner of jobs and one of endpoints."""

    def __init__(self, store: Store, s3: S3Access, runner: Runner, endpoints: Endpoints) -> None:
        self._conductors = Conductors()
        searches = Searches(store, s3, self.call, self._conductors)
        tunings = tuning.Tunings(store, self.call, self._conductors)
        self._services = Services(store, s3, runner, endpoints, searches, tunings)

    def call(
        self, region: str, operation: str, request: Mapping[str, Any], computed: Mapping[str, Any] | None = None
    ) -> Json:
        """Check and do one operation; ``computed`` as in :class:`Call`.

        Raises :class:`~include.local_aws.errors.AwsError`: what AWS refuses as AWS does, what is not done here as
        :class:`NotDone`, and a name that is no operation as UnknownOperation.
        """
        handler = _checked(operation, request)
        return handler(self._services, Call(region, operation, request, computed or {}))

    def answer(self, region: str, operation: str, request: Mapping[str, Any]) -> bytes:
        """Do one operation as :meth:`call` does, and return its answer as the JSON that goes out."""
        if operation not in DESCRIBED:
            return wire.serialise(operation, self.call(region, operation, request))
        _checked(operation, request)
        call = Call(region, operation, request)
        return _described(operation, kinds.find(self._services, DESCRIBED[operation], call))

    def recover(self) -> None:
        """Fail what was running when the last endpoint on this data folder ended, as an instance loss would."""
        lost = self._services.store.unfinished()
        for resource in lost:
            self._services.store.change(resource.region, resource.kind, resource.name, _lost)
        for resource in lost:
            if resource.kind == TUNING.members:
                self._services.tunings.recount(resource)

    def shutdown(self) -> None:
        """Stop searches, tuning jobs, jobs and endpoints; all but the last are told as failed at the next start."""
        self._conductors.shutdown()
        self._services.endpoints.shutdown()
        self._services.runner.shutdown()


def _checked(operation: str, request: Mapping[str, Any]) -> Handler:
    wire.operation_model(operation)
    handler = OPERATIONS.get(operation)
    if handler is None:
        raise NotDone(f"The operation {operation}", instead_of(operation))
    check(operation, request)
    tags.check([tag["Key"] for tag in request.get("Tags", [])])
    return handler


# Whoever waits for a job asks the same again and again; a resource that has changed is another one.
@lru_cache(maxsize=128)
def _described(operation: str, resource: Resource) -> bytes:
    return wire.serialise(operation, kinds.describe(DESCRIBED[operation], resource, operation))


def _lost(resource: Resource) -> Resource:
    ended = resource.modified
    members: Json = {"FailureReason": _RESTARTED}
    if resource.kind == KINDS["AutoMLJob"].members:
        members |= {"AutoMLJobSecondaryStatus": "Failed", "EndTime": ended}
    else:
        members |= {f"{resource.kind.removesuffix('Job')}EndTime": ended}
    return replace(transition(resource, "Failed", **members), status="Failed")
