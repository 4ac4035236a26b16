"""CreateModelPackage, DescribeModelPackage, UpdateModelPackage, DeleteModelPackage: versions in a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from include.local_aws.control import checks, containers, kinds
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import GROUP, PACKAGE
from include.local_aws.control.package_groups import NEWEST
from include.local_aws.control.tags import VERSIONS_HAVE_NO_TAGS
from include.local_aws.errors import ConflictException, NotDone, ValidationException
from include.local_aws.store import Query, Resource

# AWS words it so here and names the ARN elsewhere; both texts as others report them.
_NO_GROUP = "Model Package Group does not exist."
_PROPERTIES = "CustomerMetadataProperties"
_MOST_PROPERTIES = 50  # CustomerMetadataProperties, in the service model
_KEPT_BY_UPDATE = (
    "ModelApprovalStatus",
    "ApprovalDescription",
    "ModelPackageRegistrationType",
    "InferenceSpecification",
    "ModelCard",
    "ModelLifeCycle",
)


def create(services: Services, call: Call) -> Json:
    """CreateModelPackage: the next version of a group; a ClientToken that was there before gives its version again."""
    request = call.request
    _check(request)
    group = _group(services, call)
    _check_inference(services, call, skipped=request.get("SkipModelValidation") == "All")
    # botocore makes a token for every call and sends it again when it retries.
    with services.store.atomically():
        asked = {**request, GROUP.name_member: group.name}
        package = _made_before(services, call.region, asked) or _next_version(services, call, asked)
    return {"ModelPackageArn": package.arn}


def describe(services: Services, call: Call) -> Json:
    """DescribeModelPackage, by ARN."""
    told = kinds.describe(PACKAGE, kinds.find(services, PACKAGE, call), call.operation)
    return {member: value for member, value in told.items() if member != _PROPERTIES or value}


def update(services: Services, call: Call) -> Json:
    """UpdateModelPackage: the approval, the customer's metadata, and the containers of a version that has none."""
    request = call.request
    checks.not_done(request, "", "AdditionalInferenceSpecificationsToAdd", "SourceUri")
    named = replace(call, request={**request, PACKAGE.name_member: request["ModelPackageArn"]})
    found = kinds.find(services, PACKAGE, named)
    _check_inference(services, call, skipped=False)

    def step(current: Resource) -> Resource:
        if "InferenceSpecification" in request and _described(current, "InferenceSpecification"):
            # What AWS does then is not documented; versions that change under a model help nobody.
            raise NotDone("Replacing the InferenceSpecification of a model package")
        kept = {member: request[member] for member in _KEPT_BY_UPDATE if member in request}
        return current.with_(**kept, **{_PROPERTIES: _properties(current, request)}, LastModifiedBy={})

    changed = services.store.change(call.region, PACKAGE.members, found.name, step)
    if changed is None:
        raise PACKAGE.missing(named)
    return {"ModelPackageArn": changed.arn}


def delete(services: Services, call: Call) -> Json:
    """DeleteModelPackage: forgets the version, whose number is not used again; models made from it go on."""
    services.store.delete(kinds.find(services, PACKAGE, call))
    return {}


def _check(request: Mapping[str, Any]) -> None:
    if PACKAGE.name_member in request and GROUP.name_member in request:
        raise ValidationException(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
    if PACKAGE.name_member in request:
        raise NotDone("CreateModelPackage.ModelPackageName (a package without versions)")
    if GROUP.name_member not in request:
        raise ValidationException("Missing ARN.")
    if request.get("Tags"):
        raise ValidationException(VERSIONS_HAVE_NO_TAGS)
    checks.not_done(
        request,
        "CreateModelPackage",
        "AdditionalInferenceSpecifications",
        "CertifyForMarketplace",
        "ManagedStorageType",
        "SourceAlgorithmSpecification",
        "SourceUri",
        "ValidationSpecification",
    )


def _group(services: Services, call: Call) -> Resource:
    group = services.store.get(call.region, GROUP.members, GROUP.name(call))
    if group is None:
        raise ValidationException(_NO_GROUP)
    return group


def _check_inference(services: Services, call: Call, *, skipped: bool) -> None:
    for container in call.request.get("InferenceSpecification", {}).get("Containers", []):
        containers.check_packaged(services.s3(call.region), container, skipped=skipped)


def _made_before(services: Services, region: str, asked: Mapping[str, Any]) -> Resource | None:
    """Return the package that an earlier call with the same token made.

    That another request with the same token is a conflict is a guess: AWS documents the token only as making the call
    idempotent.
    """
    token = asked.get("ClientToken")
    if token is None:
        return None
    found = services.store.find(Query(region, PACKAGE.members, members={"ClientToken": token}, limit=1))
    if not found:
        return None
    before = {key: value for key, value in found[0].request.items() if key != PACKAGE.name_member}
    if before != asked:
        raise ConflictException(f"The ClientToken {token} was used for another request, which made {found[0].arn}.")
    return found[0]


def _next_version(services: Services, call: Call, asked: Mapping[str, Any]) -> Resource:
    group = services.store.change(
        call.region,
        GROUP.members,
        asked[GROUP.name_member],
        lambda found: found.with_(**{NEWEST: found.computed.get(NEWEST, 0) + 1}),
    )
    if group is None:  # deleted since it was looked up
        raise ValidationException(_NO_GROUP)
    version = group.computed[NEWEST]
    named = replace(call, request={**asked, PACKAGE.name_member: f"{group.name}/{version}"})
    computed = {
        "ModelPackageVersion": version,
        "ModelApprovalStatus": asked.get("ModelApprovalStatus", "PendingManualApproval"),
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CertifyForMarketplace": False,
        "SkipModelValidation": asked.get("SkipModelValidation", "None"),
        "CreatedBy": {},
    }
    return kinds.create(services, PACKAGE, named, computed)


def _properties(package: Resource, request: Mapping[str, Any]) -> Json:
    """Return the customer's metadata after an update: merged, then removed."""
    merged = {**(_described(package, _PROPERTIES) or {}), **request.get(_PROPERTIES, {})}
    removed = request.get("CustomerMetadataPropertiesToRemove", [])
    left = {key: value for key, value in merged.items() if key not in removed}
    if len(left) > _MOST_PROPERTIES:
        raise ValidationException(f"A model package can have at most {_MOST_PROPERTIES} {_PROPERTIES}.")
    return left


def _described(package: Resource, member: str) -> Any:
    return package.computed.get(member, package.request.get(member))
