"""Search: the resources of one kind whose description satisfies an expression."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.model import ListShape, StructureShape

from include.local_aws import wire
from include.local_aws.control import listing
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import ENDPOINT, GROUP, PACKAGE, TRAINING, TUNING, Kind, describe
from include.local_aws.control.search_expression import matches, values_at
from include.local_aws.errors import NotDone
from include.local_aws.store import Resource

_SEARCHED = {kind.members: kind for kind in (TRAINING, TUNING, GROUP, PACKAGE, ENDPOINT)}
_NOT_DONE = {"Model"}  # there are models here, but Search tells of them what is not known here


def search(services: Services, call: Call) -> Json:
    """Search; of kinds that cannot be made here (experiments, pipelines, features, ...) nothing is found."""
    request = call.request
    if request["Resource"] in _NOT_DONE:
        raise NotDone(f"Search for the Resource {request['Resource']}")
    if request.get("VisibilityConditions"):
        raise NotDone("Search.VisibilityConditions")
    kind = _SEARCHED.get(request["Resource"])
    if kind is None or request.get("CrossAccountFilterOption") == "CrossAccount":
        return {"Results": []}
    expression = request.get("SearchExpression", {})
    found = [
        record
        for record in (_record(services, kind, one) for one in services.store.of_kind(kind.members, call.region))
        if matches(record, expression)
    ]
    order = request.get("SortBy", "LastModifiedTime" if kind is not GROUP else "CreationTime")
    items, token = listing.page(
        call,
        found,
        request.get("MaxResults", listing.PAGE),
        lambda record: _order(record, order),
        f"{kind.members}Arn",
        descending=request.get("SortOrder", "Descending") == "Descending",
    )
    return {
        "Results": [{kind.members: item} for item in items],
        "TotalHits": {"Value": len(found), "Relation": "EqualTo"},
        **token,
    }


def _record(services: Services, kind: Kind, resource: Resource) -> Json:
    """Return a resource as Search tells it: its description, as far as Search has the members, and its tags."""
    told = describe(kind, resource, f"Describe{kind.members}")
    tags = [{"Key": key, "Value": value} for key, value in services.store.tags(resource.arn).items()]
    members = _members(kind)
    return {key: value for key, value in {**told, "Tags": tags}.items() if key in members and value != []}


def _members(kind: Kind) -> set[str]:
    shape = wire.operation_model("Search").output_shape
    results = shape.members["Results"] if shape else None
    if not isinstance(results, ListShape) or not isinstance(results.member, StructureShape):
        raise wire.WireBug("Search answers no list of records")
    record = results.member.members[kind.members]
    return set(record.members) if isinstance(record, StructureShape) else set()


def _order(record: Json, name: str) -> list[Any]:
    """Return what records are sorted by: those without a value come first, then numbers and moments, then texts."""
    value = next(values_at(record, name.split(".")), None)
    if value is None:
        return [0, 0]
    if isinstance(value, datetime):
        return [1, value.timestamp()]
    return [1, float(value)] if isinstance(value, int | float) else [2, str(value)]
