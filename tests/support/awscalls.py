"""The calls that code makes to AWS, written down as deploy/iam/calls.txt has them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.settings.config import ModelConfig
from scripts.iam import values

RECORD = "RECORD_AWS_CALLS"
# SageMaker resources, and other ones than that which the operation is named after.
_NAMED = {
    "AutoMLJobName": "automl-job",
    "EndpointConfigName": "endpoint-config",
    "EndpointName": "endpoint",
    "HyperParameterTuningJobName": "hyper-parameter-tuning-job",
    "ModelName": "model",
    "ModelPackageGroupName": "model-package-group",
    "ProcessingJobName": "processing-job",
    "TrainingJobName": "training-job",
    "TransformJobName": "transform-job",
}
_ALSO = {
    "ListTrainingJobsForHyperParameterTuningJob": {"HyperParameterTuningJobName"},
    "CreateEndpoint": {"EndpointConfigName"},
    "UpdateEndpoint": {"EndpointConfigName"},
    "CreateModelPackage": {"ModelPackageGroupName"},
}
# What of the parameters a resource begins with, the narrowest first.
_BEGINNINGS = ("AutopilotJob", "JobPrefix")


@contextmanager
def watched(model: ModelConfig) -> Iterator[set[str]]:
    """Collect the calls that this process makes to AWS, as the list has them.

    With ``RECORD_AWS_CALLS=FILE`` they are added to that file, from which a new list is made.
    """
    from botocore.client import BaseClient

    made: set[str] = set()
    send: Callable[..., Any] = BaseClient._make_api_call
    known = values(model, "123456789012", "us-east-1")

    def noted(self: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
        made.update(_lines(self.meta.service_model.service_name, operation, parameters, known))
        return send(self, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", noted)
        yield made
    if RECORD in os.environ:
        with Path(os.environ[RECORD]).open("a") as file:
            file.writelines(f"{line}\n" for line in made)


def _lines(service: str, operation: str, parameters: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    for resource in _RESOURCES[service](operation, parameters, known):
        yield f"{service}.{operation} {resource}"


def _s3(_: str, parameters: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    if "Delete" in parameters:
        for one in parameters["Delete"]["Objects"]:
            yield from _s3("", {"Bucket": parameters["Bucket"], "Key": one["Key"]}, known)
        return
    bucket, key = parameters["Bucket"], parameters.get("Key")
    place = bucket if key is None else f"{bucket}/{key}"
    if place == known["Bucket"]:
        yield "${Bucket}"
    elif place.startswith(f"{known['Root']}/"):
        yield "${Root}/*"
    elif "AutopilotJob" in known:
        # What is not the model's is that job's: where it wrote to no YAML says.
        yield "${AutopilotBucket}" if key is None else "${AutopilotOutput}/*"
    else:
        yield place


def _sagemaker(operation: str, parameters: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    arns = [parameters[name] for name in ("ResourceArn", "ModelPackageArn") if name in parameters]
    if str(parameters.get("ModelPackageName", "")).startswith("arn:"):
        arns.append(parameters["ModelPackageName"])
    for arn in arns:
        yield _generalised(arn.split(":", 5)[5], known)
    if operation in ("CreateModelPackage", "ListModelPackages"):
        # AWS's table of actions names the type, and a list has no version.
        yield "model-package/*" if operation == "ListModelPackages" else "model-package/${Model}/*"
    if operation.startswith("List") and operation not in ("ListTags", "ListModelPackages", *_ALSO):
        yield "*"
        return
    for name, kind in _NAMED.items():
        own = name.removesuffix("Name") == re.sub(r"^[A-Z][a-z]+|V2$", "", operation)
        if name in parameters and (own or name in _ALSO.get(operation, ())):
            yield _generalised(f"{kind}/{parameters[name]}", known)


def _generalised(resource: str, known: Mapping[str, str]) -> str:
    kind, _, name = resource.partition("/")
    if kind in ("model-package-group", "endpoint") and name == known["Model"]:
        return f"{kind}/${{Model}}"
    if kind == "model-package" and name.rpartition("/")[0] == known["Model"]:
        return f"{kind}/${{Model}}/*"
    for parameter in _BEGINNINGS:
        if name.startswith(known.get(parameter, "/")):
            return f"{kind}/${{{parameter}}}*"
    return resource


def _whole(parameter: str, *members: str) -> Callable[..., Iterator[str]]:
    def resources(_: str, parameters: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
        asked = next(parameters[name] for name in members if name in parameters)
        named = known.get(f"{parameter}Arn", "/").rpartition(":")[2].rpartition("/")[2]
        yield f"${{{parameter}Arn}}" if re.split("[:/]", asked)[-1] == named else asked

    return resources


def _iam(operation: str, parameters: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    if operation == "ListRoles":
        yield "*"
    else:
        yield from _whole("SageMakerRole", "RoleName")(operation, parameters, known)


def _logs(_: str, parameters: Mapping[str, Any], __: Mapping[str, str]) -> Iterator[str]:
    yield re.sub(r"^(/aws/sagemaker/).*", r"log-group:\1*", parameters["logGroupName"])


def _anything(*_: Any) -> Iterator[str]:
    yield "*"


_RESOURCES: dict[str, Callable[..., Iterator[str]]] = {
    "iam": _iam,
    "logs": _logs,
    "s3": _s3,
    "sagemaker": _sagemaker,
    "service-quotas": _anything,
    "sns": _whole("Topic", "TopicArn", "TargetArn"),
    "sqs": _whole("DropsQueue", "QueueUrl"),
    "sts": _anything,
}
