"""The constraints of the service model, checked all at once and told the way AWS tells them.

AWS answers ``2 validation errors detected: Value 'x!' at 'trainingJobName' failed to satisfy constraint: ...; Value
...``: every broken rule, members written with a small first letter, list positions as ``.1.member``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from include.local_aws.errors import ValidationException
from include.local_aws.wire import operation_model

# Everything but control and format characters; code points without a meaning are let through.
_PRINTABLE = " -~\u00a0-\u00ac\u00ae-\u200a\u2010-\u2029\u202f-\u205f\u2070-\ud7ff\uf900-\U000dffff"
# Java spells these classes differently from Python; Z is Unicode's separator category, \w is L and N and "_".
_JAVA_CLASSES = {
    r"\p{L}\p{Z}\p{N}_": "\\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
    r"\p{Alnum}": "a-zA-Z0-9",
    r"\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}": _PRINTABLE,
    r"\p{L}\p{M}\p{Z}\p{N}\p{P}": _PRINTABLE,
    r"\uD800\uDC00-\uDBFF\uDFFF": "\U00010000-\U0010ffff",
}
# The pattern of customer metadata repeats its "$", which means nothing in Java and is an error in Python.
_REPEATED_END = re.compile(r"\$\{\d+,\d+\}")


def check(operation: str, request: Mapping[str, Any]) -> None:
    """Raise :class:`ValidationException` naming every constraint of ``operation`` that ``request`` breaks."""
    shape = operation_model(operation).input_shape
    broken = [] if shape is None else list(_violations(shape, request, ""))
    if broken:
        noun = "error" if len(broken) == 1 else "errors"
        raise ValidationException(f"{len(broken)} validation {noun} detected: {'; '.join(broken)}")


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
        return
    for rule in _broken_rules(shape, value):
        yield _told(value, path, rule)
    if isinstance(shape, ListShape):
        yield from _list(shape, value, path)
    elif isinstance(shape, MapShape):
        yield from _map(shape, value, path)


def _structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if name not in value:
            yield f"Value null at '{prefix}{_camel(name)}' failed to satisfy constraint: Member must not be null"
    for name, item in value.items():
        if name in shape.members:
            yield from _violations(shape.members[name], item, prefix + _camel(name))


def _list(shape: ListShape, value: list[Any], path: str) -> Iterator[str]:
    if isinstance(shape.member, StructureShape | ListShape | MapShape):
        for index, item in enumerate(value, 1):
            yield from _violations(shape.member, item, f"{path}.{index}.member")
    elif any(_broken_rules(shape.member, item) for item in value):
        rules = ", ".join(_all_rules(shape.member))
        yield _told(value, path, f"Member must satisfy constraint: [{rules}]")


def _map(shape: MapShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for kind, part, items in (("keys", shape.key, list(value)), ("value", shape.value, list(value.values()))):
        if any(_broken_rules(part, item) for item in items):
            rules = ", ".join(_all_rules(part))
            yield _told(value, path, f"Map {kind} must satisfy constraint: [{rules}]")


def _told(value: Any, path: str, rule: str) -> str:
    return f"Value '{_java(value)}' at '{path}' failed to satisfy constraint: {rule}"


def _broken_rules(shape: Shape, value: Any) -> list[str]:
    return [text for text, holds in _rules(shape) if not holds(value)]


def _all_rules(shape: Shape) -> list[str]:
    return [text for text, _ in _rules(shape)]


def _rules(shape: Shape) -> Iterator[tuple[str, Any]]:
    """Each rule of a shape as (AWS's sentence, predicate)."""
    limits = shape.metadata
    counted = shape.type_name in {"string", "list", "map", "blob"}
    noun = "length" if counted else "value"
    for key, sentence in (("max", "less than or equal to"), ("min", "greater than or equal to")):
        if key in limits:
            yield f"Member must have {noun} {sentence} {_plain(limits[key])}", _within(key, limits[key], counted)
    enum = limits.get("enum")
    if enum:
        yield f"Member must satisfy enum value set: [{', '.join(enum)}]", lambda value: value in enum
    pattern = limits.get("pattern")
    if pattern and shape.type_name == "string":
        compiled = _compiled(pattern)
        yield (
            f"Member must satisfy regular expression pattern: {pattern}",
            lambda value: compiled.fullmatch(value) is not None,
        )


def _within(key: str, limit: float, counted: bool) -> Any:
    def holds(value: Any) -> bool:
        size = len(value) if counted else value
        return bool(size <= limit if key == "max" else size >= limit)

    return holds


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a Java pattern of the service model as a Python one."""
    for java, python in _JAVA_CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(_REPEATED_END.sub("$", pattern))


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _java(value: Any) -> str:
    """Print a value as Java does."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_java(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_java(item) for item in value) + "]"
    return str(value)
