"""CreateModel, DescribeModel, DeleteModel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.local_aws.control import checks, kinds
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import MODEL
from include.local_aws.errors import NotDone, ValidationException
from include.local_aws.runner.s3 import exists, location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def create(services: Services, call: Call) -> Json:
    """CreateModel: one PrimaryContainer or a chain of Containers, whose images and artifacts must exist."""
    request = call.request
    kinds.ensure_free(services, MODEL, call)
    containers = containers_of(request)
    if not containers or ("PrimaryContainer" in request and request.get("Containers")):
        raise ValidationException("Exactly one of PrimaryContainer and Containers must be specified.")
    checks.required(request, "ExecutionRoleArn")
    if request.get("InferenceExecutionConfig", {}).get("Mode") == "Direct":
        raise NotDone("InferenceExecutionConfig.Mode Direct")
    for container in containers:
        _check_container(services.s3(call.region), container)
    resource = kinds.create(services, MODEL, call, _described(request))
    return {"ModelArn": resource.arn}


def describe(services: Services, call: Call) -> Json:
    """DescribeModel."""
    return kinds.describe(MODEL, kinds.find(services, MODEL, call), call.operation)


def delete(services: Services, call: Call) -> Json:
    """DeleteModel: forgets the model; its artifacts stay in S3, and jobs that use it go on."""
    services.store.delete(kinds.find(services, MODEL, call))
    return {}


def containers_of(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the containers of a CreateModel request in the order of the chain."""
    if request.get("Containers"):
        return list(request["Containers"])
    return [request["PrimaryContainer"]] if "PrimaryContainer" in request else []


def _check_container(s3: S3Client, container: Mapping[str, Any]) -> None:
    checks.not_done(container, "ContainerDefinition", "ModelPackageName", "AdditionalModelDataSources")
    if container.get("Mode") == "MultiModel":
        raise NotDone("ContainerDefinition.Mode MultiModel")
    if "Image" not in container:
        raise ValidationException("Either Image or ModelPackageName must be specified for every container.")
    checks.known_image(container["Image"])
    url = container.get("ModelDataUrl")
    if url is not None:
        checks.s3_uri(url, "modelDataUrl")
        if not exists(s3, location(url)):
            raise ValidationException(f"Could not find model data at {url}.")


def _described(request: Mapping[str, Any]) -> Json:
    described: Json = {"EnableNetworkIsolation": request.get("EnableNetworkIsolation", False)}
    if "PrimaryContainer" in request:
        described["PrimaryContainer"] = _described_container(request["PrimaryContainer"])
    else:
        described["Containers"] = [_described_container(item) for item in request["Containers"]]
        described["InferenceExecutionConfig"] = request.get("InferenceExecutionConfig", {"Mode": "Serial"})
    return described


def _described_container(container: Mapping[str, Any]) -> Json:
    """AWS tells the artifact twice: as it was given and as a ModelDataSource."""
    described = {"Mode": "SingleModel", "Environment": {}, **container}
    if "ModelDataUrl" in container and "ModelDataSource" not in container:
        source = {"S3Uri": container["ModelDataUrl"], "S3DataType": "S3Object", "CompressionType": "Gzip"}
        described["ModelDataSource"] = {"S3DataSource": source}
    return described
