"""The List operations: filters, order and pages as the service model documents them, operation by operation."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from botocore.model import ListShape, StructureShape

from include.local_aws import wire
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import (
    AUTOML,
    ENDPOINT,
    ENDPOINT_CONFIG,
    GROUP,
    MODEL,
    PACKAGE,
    PROCESSING,
    TRAINING,
    TRANSFORM,
    TUNING,
    Kind,
    describe,
)
from include.local_aws.errors import ValidationException
from include.local_aws.store import Query, Resource

# Documented for ListTransformJobs ("The default value is 10"); the other operations give no number.
PAGE = 10


@dataclass(frozen=True)
class Listing:
    """A List operation: where its items are, and its defaults, which the documentation gives in prose only.

    ``filters`` are members of the request that an item's own member of that name must equal, ``within`` is a member
    of the description whose members are told, too.
    """

    kind: Kind
    member: str
    describe: str
    sort: str
    descending: bool
    filters: tuple[str, ...] = ()
    within: str = ""


LISTINGS = {
    "ListTrainingJobs": Listing(TRAINING, "TrainingJobSummaries", "DescribeTrainingJob", "CreationTime", False),
    "ListTransformJobs": Listing(TRANSFORM, "TransformJobSummaries", "DescribeTransformJob", "CreationTime", True),
    "ListProcessingJobs": Listing(PROCESSING, "ProcessingJobSummaries", "DescribeProcessingJob", "CreationTime", False),
    "ListAutoMLJobs": Listing(AUTOML, "AutoMLJobSummaries", "DescribeAutoMLJobV2", "Name", True),
    "ListHyperParameterTuningJobs": Listing(
        TUNING,
        "HyperParameterTuningJobSummaries",
        "DescribeHyperParameterTuningJob",
        "Name",
        False,
        within="HyperParameterTuningJobConfig",
    ),
    "ListModels": Listing(MODEL, "Models", "DescribeModel", "CreationTime", True),
    "ListEndpointConfigs": Listing(ENDPOINT_CONFIG, "EndpointConfigs", "DescribeEndpointConfig", "CreationTime", True),
    "ListEndpoints": Listing(ENDPOINT, "Endpoints", "DescribeEndpoint", "CreationTime", True),
    "ListModelPackageGroups": Listing(
        GROUP, "ModelPackageGroupSummaryList", "DescribeModelPackageGroup", "CreationTime", False
    ),
    "ListModelPackages": Listing(
        PACKAGE,
        "ModelPackageSummaryList",
        "DescribeModelPackage",
        "CreationTime",
        False,
        filters=("ModelPackageGroupName", "ModelApprovalStatus"),
    ),
}
_COLUMNS = {"Name": "name", "CreationTime": "created", "Status": "status"}


def list_resources(services: Services, call: Call) -> Json:
    """Answer ListTrainingJobs and its siblings."""
    listing, request = LISTINGS[call.operation], call.request
    if _asks_for_what_is_not_here(call):
        return {listing.member: []}
    column = _COLUMNS[request.get("SortBy", listing.sort)]
    limit = request.get("MaxResults", PAGE)
    query = Query(
        region=call.region,
        kind=listing.kind.members,
        sort=column,
        descending=_descending(request, default=listing.descending),
        name_contains=request.get("NameContains"),
        status=request.get("StatusEquals"),
        members=_members(listing, call),
        created_after=_after(call.operation, request.get("CreationTimeAfter")),
        created_before=request.get("CreationTimeBefore"),
        modified_after=request.get("LastModifiedTimeAfter"),
        modified_before=request.get("LastModifiedTimeBefore"),
        after=_after_position(call),
        limit=limit + 1,
        without=_untold(call.operation, listing),
    )
    found = services.store.find(query)
    answer: Json = {listing.member: [_summary(call.operation, listing, item) for item in found[:limit]]}
    if len(found) > limit:
        answer["NextToken"] = _write_token(call, _position(found[limit - 1], column))
    return answer


def page(
    call: Call, items: Iterable[Json], limit: int, key: Callable[[Json], Any], name: str, *, descending: bool
) -> tuple[list[Json], Json]:
    """Return one page of items in the order of ``key``, then of the member ``name``, and ``{"NextToken": ...}`` or {}.

    A token tells both of the last item, so that the next page goes on behind it though it, or others, are no longer
    among the items, or new ones came. A key is a text, a number or a list of them.
    """

    def place(item: Json) -> list[Any]:
        return [key(item), item[name]]

    ordered = sorted(items, key=place, reverse=descending)
    told = _read_token(call)
    if told is not None:
        after = list(told)
        try:
            ordered = [item for item in ordered if (place(item) < after if descending else place(item) > after)]
        except TypeError:
            raise ValidationException(f"Invalid NextToken: {call.request['NextToken']}") from None
    chosen = ordered[:limit]
    return chosen, {"NextToken": _write_token(call, place(chosen[-1]))} if len(ordered) > limit else {}


def _asks_for_what_is_not_here(call: Call) -> bool:
    """No job here has a warm pool or a training plan, no group is another account's, every package has a version."""
    request = call.request
    if call.operation == "ListModelPackages":
        # Of a group only versions can be asked for; without one, unversioned packages are the documented default.
        return (
            "ModelPackageGroupName" not in request and request.get("ModelPackageType", "Unversioned") == "Unversioned"
        )
    return (
        "WarmPoolStatusEquals" in request
        or "TrainingPlanArnEquals" in request
        or request.get("CrossAccountFilterOption") == "CrossAccount"
    )


def _members(listing: Listing, call: Call) -> dict[str, str]:
    wanted = {member: call.request[member] for member in listing.filters if member in call.request}
    if GROUP.name_member in wanted:
        wanted[GROUP.name_member] = GROUP.name(call)
    return wanted


def _descending(request: Mapping[str, Any], *, default: bool) -> bool:
    return request["SortOrder"] == "Descending" if "SortOrder" in request else default


def _after(operation: str, moment: datetime | None) -> datetime | None:
    """For what is hosted "greater than or equal to" is documented, for jobs "after"; the store compares with ``>``."""
    if moment is not None and operation in {"ListModels", "ListEndpointConfigs", "ListEndpoints"}:
        with suppress(OverflowError):  # there is nothing before the first instant
            return moment - timedelta(milliseconds=0.5)
    return moment


@cache
def _told(operation: str, listing: Listing) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the members of an item, and those of them (or what holds them) that come from the request."""
    shape = wire.operation_model(operation).output_shape
    items = shape.members[listing.member] if shape else None
    if not isinstance(items, ListShape) or not isinstance(items.member, StructureShape):
        raise wire.WireBug(f"{operation} answers no list {listing.member}")
    create = wire.operation_model(f"Create{listing.kind.members}").input_shape
    asked = {*items.member.members, listing.within} & set(create.members if create else ())
    return tuple(items.member.members), frozenset(asked - {listing.kind.name_member})


@cache
def _untold(operation: str, listing: Listing) -> tuple[str, ...]:
    """Return the members of a description that an item does not have."""
    shape = wire.operation_model(listing.describe).output_shape
    members, asked = _told(operation, listing)
    return tuple(sorted(set(shape.members if shape else ()) - {*members, *asked, listing.within}))


def _summary(operation: str, listing: Listing, resource: Resource) -> Json:
    members, asked = _told(operation, listing)
    told = describe(listing.kind, resource, listing.describe, asked)
    # Transform jobs have it in the list alone.
    told |= {**told.get(listing.within, {}), "LastModifiedTime": resource.modified}
    return {key: told[key] for key in members if key in told}


def _position(resource: Resource, column: str) -> tuple[Any, str]:
    value = {"name": resource.name, "created": resource.created.timestamp(), "status": resource.status}[column]
    return value, resource.name


def _digest(call: Call) -> str:
    """Digest what a token belongs to: the operation and everything asked except the token and the page size."""
    asked = {key: value for key, value in call.request.items() if key not in {"NextToken", "MaxResults"}}
    text = json.dumps([call.operation, call.region, asked], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write_token(call: Call, position: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([_digest(call), *position]).encode()).decode()


def _after_position(call: Call) -> tuple[Any, str] | None:
    position = _read_token(call)
    if position and not (isinstance(position[0], str | float) and isinstance(position[1], str)):
        raise ValidationException(f"Invalid NextToken: {call.request['NextToken']}")
    return position


def _read_token(call: Call) -> tuple[Any, str] | None:
    token = call.request.get("NextToken")
    if not token:
        return None
    try:
        digest, value, name = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise ValidationException(f"Invalid NextToken: {token}") from None
    if digest != _digest(call):
        raise ValidationException("Invalid NextToken: it belongs to a request with other filters or another order.")
    return value, name
