"""CreateModel, DescribeModel, DeleteModel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.local_aws.account import arn
from include.local_aws.control import checks, containers, kinds
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import MODEL
from include.local_aws.errors import NotDone, ValidationException
from include.local_aws.store import Resource

_CONTAINERS = "_Containers"


def create(services: Services, call: Call) -> Json:
    """CreateModel: one PrimaryContainer or a chain of Containers, whose images and artifacts must exist."""
    request = call.request
    kinds.ensure_free(services, MODEL, call)
    given = _given(request)
    if not given or ("PrimaryContainer" in request and request.get("Containers")):
        raise ValidationException("Exactly one of PrimaryContainer and Containers must be specified.")
    checks.required(request, "ExecutionRoleArn")
    if request.get("InferenceExecutionConfig", {}).get("Mode") == "Direct":
        raise NotDone("InferenceExecutionConfig.Mode Direct")
    for container in given:
        containers.check(container)
    computed = {**_described(request), _CONTAINERS: containers.resolve(services, call, given)}
    resource = kinds.create(services, MODEL, call, computed)
    return {"ModelArn": resource.arn}


def delete(services: Services, call: Call) -> Json:
    """DeleteModel: forgets the model; its artifacts stay in S3, and jobs that use it go on."""
    services.store.delete(kinds.find(services, MODEL, call))
    return {}


def containers_of(model: Resource) -> list[Mapping[str, Any]]:
    """Return the containers of a model in the order of the chain, those of its model packages as they were then."""
    return model.computed.get(_CONTAINERS) or _given(model.request)


def deployable(services: Services, region: str, name: str, use: str) -> Json:
    """Return what runs of a model: its Containers and ExecutionRoleArn; raises AWS's error if there is no such model.

    ``use`` says what for, in the refusal of a model whose artifacts are given in a way that is not done.
    """
    model = services.store.get(region, MODEL.members, name)
    if model is None:
        raise ValidationException(f'Could not find model "{arn(region, MODEL.arn_part, name)}".')
    chain = containers_of(model)
    if any("ModelDataSource" in container for container in chain):
        raise NotDone(f"{use} with model {name}, which has a ModelDataSource,")
    return {"Containers": chain, "ExecutionRoleArn": model.request.get("ExecutionRoleArn", "")}


def _given(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if request.get("Containers"):
        return list(request["Containers"])
    return [request["PrimaryContainer"]] if "PrimaryContainer" in request else []


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
