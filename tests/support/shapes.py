"""Describe responses with every member that botocore knows."""

from __future__ import annotations

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from include.autopilot.template.projection import describe_shape

SAMPLES = {
    "integer": 7200,
    "long": 1,
    "boolean": True,
    "float": 0.5,
    "double": 0.5,
    "timestamp": "2024-01-01T00:00:00Z",
}


def filled(shape: Shape, path: tuple[str, ...] = ()) -> Any:
    """A value of the shape with every member present."""
    if isinstance(shape, StructureShape):
        # A tagged union holds exactly one of its members.
        names = list(shape.members)[-1:] if shape.is_tagged_union else list(shape.members)
        names = ["TabularJobConfig"] if "TabularJobConfig" in shape.members else names
        return {name: filled(shape.members[name], (*path, shape.name)) for name in names}
    if isinstance(shape, ListShape):
        return [] if path.count(shape.name) > 1 else [filled(shape.member, (*path, shape.name))]
    if isinstance(shape, MapShape):
        return {"KEY": filled(shape.value, path), "EMPTY": ""} if shape.value.type_name == "string" else {}
    if isinstance(shape, StringShape):
        # botocore's own validator looks at the shortest length only.
        return shape.enum[0] if shape.enum else "v" * max(1, shape.metadata.get("min", 1))
    return SAMPLES[shape.type_name]


def described(kind: str) -> dict[str, Any]:
    value: dict[str, Any] = filled(describe_shape(kind))
    return value
