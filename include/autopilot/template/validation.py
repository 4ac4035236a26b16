"""Would SageMaker refuse this request? Asked offline, before anything is sent.

botocore's own validator checks names, types, required members and minimums. The service model also knows enumerations,
patterns and maximums, which only the service would report; they are checked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from include.autopilot.base.errors import RequestError
from include.autopilot.template.localstorage import has_local_storage
from include.autopilot.template.projection import Request, create_shape


def problems(kind: str, request: Mapping[str, Any]) -> list[str]:
    """Return one sentence per reason for which ``Create<kind>`` would refuse the request; none is good."""
    shape = create_shape(kind)
    report = ParamValidator().validate(dict(request), shape)
    if report.has_errors():
        return [line for line in report.generate_report().splitlines() if line]
    return [*_constraints(shape, request, f"Create{kind}"), *_volume_keys(request, f"Create{kind}")]


def check(kind: str, request: Request) -> Request:
    """Return the request if SageMaker would take it.

    :raises RequestError: it would not; the message lists why.
    """
    found = problems(kind, request)
    if found:
        raise RequestError(f"Create{kind} would be refused:\n" + "\n".join(found))
    return request


def _volume_keys(value: Any, place: str) -> Iterator[str]:
    """Look wherever a request names an instance type beside a key for its volume; documented, not in the model."""
    if isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _volume_keys(entry, f"{place}[{index}]")
    elif isinstance(value, Mapping):
        groups = [one.get("InstanceType", "") for one in (value, *value.get("InstanceGroups", ()))]
        for instance in groups if value.get("VolumeKmsKeyId") else ():
            if has_local_storage(instance):
                yield (
                    f"{place}.VolumeKmsKeyId cannot be given with {instance}, which has local storage and encrypts it "
                    "itself. Choose an instance type without local storage, or leave the key out."
                )
        for name, entry in value.items():
            yield from _volume_keys(entry, f"{place}.{name}")


def _constraints(shape: Shape, value: Any, place: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, entry in value.items():
            yield from _constraints(shape.members[name], entry, f"{place}.{name}")
    elif isinstance(shape, ListShape):
        yield from _most(shape, len(value), place, "elements")
        for index, entry in enumerate(value):
            yield from _constraints(shape.member, entry, f"{place}[{index}]")
    elif isinstance(shape, MapShape):
        yield from _most(shape, len(value), place, "entries")
        for key, entry in value.items():
            yield from _constraints(shape.key, key, f"{place} key {key!r}")
            yield from _constraints(shape.value, entry, f"{place}[{key!r}]")
    elif isinstance(shape, StringShape):
        yield from _text(shape, value, place)
    elif shape.type_name in ("integer", "long", "float", "double"):
        limit = shape.metadata.get("max")
        if limit is not None and value > limit:
            yield f"{place} is {value}; the largest value is {limit}."


def _most(shape: Shape, size: int, place: str, what: str) -> Iterator[str]:
    limit = shape.metadata.get("max")
    if limit is not None and size > limit:
        yield f"{place} has {size} {what}; at most {limit} are allowed."


def _text(shape: StringShape, value: str, place: str) -> Iterator[str]:
    yield from _most(shape, len(value), place, "characters")
    if shape.enum and value not in shape.enum:
        yield f"{place} is {value!r}; it must be one of {', '.join(shape.enum)}."
    pattern = _compiled(shape.metadata.get("pattern"))
    if pattern is not None and pattern.fullmatch(value) is None:
        yield f"{place} is {value!r}; it must match {pattern.pattern}."


@cache
def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """Return the pattern, or None: some are Java's (properties like {L}) and mean nothing to Python."""
    if pattern is None:
        return None
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None
