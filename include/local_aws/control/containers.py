"""The containers of models and model packages: what they may be, and which of them a model has in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from include.local_aws.control import checks, kinds
from include.local_aws.control.call import Call, Services
from include.local_aws.control.kinds import PACKAGE
from include.local_aws.errors import NotDone, ValidationException
from include.local_aws.runner.s3 import exists, location
from include.local_aws.store import Resource

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Container = Mapping[str, Any]

# What a container of a package and one of a model have in common.
_SHARED = ("ContainerHostname", "Image", "ModelDataUrl", "ModelDataSource", "Environment")


def check(container: Container) -> None:
    """Raise AWS's error for a container of a model that names no image, or more than can be."""
    checks.not_done(
        container, "ContainerDefinition", "AdditionalModelDataSources", "InferenceSpecificationName", "MultiModelConfig"
    )
    if container.get("Mode") == "MultiModel":
        raise NotDone("ContainerDefinition.Mode MultiModel")
    if "ModelPackageName" in container:
        if "Image" in container or "ModelDataUrl" in container or "ModelDataSource" in container:
            raise ValidationException("A container with a ModelPackageName can have no image and no model data.")
        return
    if "Image" not in container:
        raise ValidationException("Either Image or ModelPackageName must be specified for every container.")


def check_packaged(s3: S3Client, container: Container, *, skipped: bool) -> None:
    """Raise AWS's error for a container of a package that cannot run; ``skipped`` if nobody wants to know."""
    checks.not_done(
        container,
        "ModelPackageContainerDefinition",
        "AdditionalModelDataSources",
        "AdditionalS3DataSource",
        "BaseModel",
        "ProductId",
    )
    if "Image" not in container:
        raise ValidationException("Image must be specified for every container of an InferenceSpecification.")
    if not skipped:
        _check_there(s3, container)


def resolve(services: Services, call: Call, given: Sequence[Container]) -> list[Container]:
    """Return the containers of a model, those of its model packages in place of the packages.

    Raises AWS's error for a package that is not there or cannot be deployed, and for an image or artifact that is not
    there.
    """
    resolved: list[Container] = []
    for container in given:
        if "ModelPackageName" not in container:
            resolved.append(container)
            continue
        named = replace(call, request={PACKAGE.name_member: container["ModelPackageName"]})
        inside = _inside(kinds.find(services, PACKAGE, named), container.get("Environment", {}))
        if len(given) > 1 and len(inside) > 1:
            raise NotDone("A model package of several containers beside another container")
        resolved += inside
    for container in resolved:
        _check_there(services.s3(call.region), container)
    return resolved


def _inside(package: Resource, environment: Mapping[str, str]) -> list[Container]:
    told = kinds.describe(PACKAGE, package, "DescribeModelPackage")
    if told["ModelApprovalStatus"] != "Approved":
        # AWS documents that a version must be approved to be deployed, not what it says otherwise.
        raise ValidationException(
            f"Model Package {package.arn} cannot be deployed: its ModelApprovalStatus is "
            f"{told['ModelApprovalStatus']}, not Approved."
        )
    packaged = told.get("InferenceSpecification", {}).get("Containers", [])
    if not packaged:
        raise ValidationException(f"Model Package {package.arn} cannot be deployed: it has no InferenceSpecification.")
    containers = [{key: item[key] for key in _SHARED if key in item} for item in packaged]
    return [_with_environment(item, environment, alone=len(containers) == 1) for item in containers]


def _with_environment(container: Container, environment: Mapping[str, str], *, alone: bool) -> Container:
    """Give a container of a package the environment that CreateModel has for it.

    AWS refused this, as is done here, for a package that has an environment of its own, be it an empty one; since 2023
    it is said to take it, and what it makes of the two is not documented.
    """
    if not environment:
        return container
    if "Environment" in container:
        raise ValidationException(
            "Environment variable map cannot be specified both at Model Package "
            f"{_java(container['Environment'])} and Model {_java(environment)}."
        )
    if not alone:
        raise NotDone("An Environment for a model package of several containers")
    return {**container, "Environment": environment}


def _java(variables: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}={value}" for key, value in variables.items()) + "}"


def _check_there(s3: S3Client, container: Container) -> None:
    checks.known_image(container["Image"])
    url = container.get("ModelDataUrl")
    if url is not None:
        checks.s3_uri(url, "modelDataUrl")
        if not exists(s3, location(url)):
            raise ValidationException(f"Could not find model data at {url}.")
