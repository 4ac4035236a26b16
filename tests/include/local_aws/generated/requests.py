"""Requests made from botocore's model of SageMaker: legal values, those at and beyond a limit, those of another type.

What a service does not expect is found by asking what its model allows and a little more. Everything comes from one
seed, so that a request that did harm can be sent again.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from include.local_aws import constraints, wire

Json = dict[str, Any]

DEEPEST = 6  # levels below a request from which on members that are not required are left out
_LONGEST = 20_000  # characters of a text that is to be too long
_MOST = 300  # members of a list or map that is to be too long
_TEXTS = (
    "a",
    "A-1",
    "x" * 20,
    "0",
    "1.5",
    "true",
    "s3://b-ucket/key",
    "https://example.com/a",
    "/opt/ml/x",
    "text/csv",
    "arn:aws:iam::123456789012:role/sagemaker",
    "arn:aws:sagemaker:us-east-1:123456789012:training-job/a",
    "arn:aws:kms:us-east-1:123456789012:key/1",
    "sg-12345678",
    "subnet-12345678",
    "ml.m5.large",
    "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1",
)
_STRANGE = ("", " ", "\x00", "a\nb", "é", "\U0001f600", "../..", "'; --", "%s%n", "${x}", "{}", "null", "a/b/c", "-")
_NUMBERS = (0, 1, -1, 2**31 - 1, 2**31, -(2**31) - 1, 2**63, 10**40, 0.5, -0.0, 1e308, 5e-324)
_OTHER_KINDS = (None, True, 7, 1.5, "text", [], {}, [[]], {"$time": 1.5}, {"$time": "x"})


class Requests:
    """Makes requests from a seed. ``known`` are values that exist at the service, by the member that may hold them."""

    def __init__(self, seed: int, known: Mapping[str, list[Any]]) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a seed, not a secret
        self._known = known
        self._wild = 0.0

    def made(self, operation: str) -> Json:
        """Return a request made of nothing but the model."""
        shape = wire.operation_model(operation).input_shape
        self._wild = self._random.choice((0.0, 0.02, 0.1, 0.5))
        made: Json = self._structure(shape, 0) if shape else {}
        return made

    def changed(self, operation: str, request: Mapping[str, Any]) -> Json:
        """Return a legal request with one to three places changed: another value, none, or a new one."""
        changed: Json = copy.deepcopy(dict(request))
        shape = wire.operation_model(operation).input_shape
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            self._wild = self._random.choice((0.0, 0.0, 1.0))
            if shape:
                self._change(shape, changed)
        return changed

    def _change(self, shape: Shape, place: Any) -> None:
        """Change one thing below a structure, list or map."""
        if isinstance(shape, StructureShape) and isinstance(place, dict):
            name = self._random.choice(sorted(shape.members))
            inner = shape.members[name]
            if self._deeper(place.get(name)):
                self._change(inner, place[name])
            elif self._random.random() < 0.2:
                place.pop(name, None)
            else:
                place[name] = self._value(inner, name, DEEPEST // 2)
        elif isinstance(shape, ListShape) and isinstance(place, list) and place:
            number = self._random.randrange(len(place))
            if self._deeper(place[number]):
                self._change(shape.member, place[number])
            else:
                place[number] = self._value(shape.member, "", DEEPEST // 2)
        elif isinstance(shape, MapShape) and isinstance(place, dict):
            place[self._text(shape.key, "")] = self._value(shape.value, "", DEEPEST // 2)

    def _deeper(self, value: Any) -> bool:
        return isinstance(value, dict | list) and bool(value) and self._random.random() < 0.8

    def _value(self, shape: Shape, name: str, depth: int) -> Any:
        if self._random.random() < self._wild * 0.3:
            return copy.deepcopy(self._random.choice(_OTHER_KINDS))
        makers: dict[str, Callable[[], Any]] = {
            "structure": lambda: self._structure(shape, depth),
            "list": lambda: [self._value(shape.member, name, depth + 1) for _ in range(self._count(shape, depth))],  # type: ignore[attr-defined]
            "map": lambda: {
                self._text(shape.key, ""): self._value(shape.value, "", depth + 1)  # type: ignore[attr-defined]
                for _ in range(self._count(shape, depth))
            },
            "string": lambda: self._text(shape, name),
            "boolean": lambda: self._random.random() < 0.5,
            "timestamp": lambda: self._random.choice(
                (0, 1.7e9, -1, 253402300799, 1e13, "2026-01-01T00:00:00Z", "never")
            ),
            "blob": lambda: self._random.choice(("", "YQ==", "not base64!")),
        }
        return makers.get(shape.type_name, lambda: self._number(shape))()

    def _structure(self, shape: Any, depth: int) -> Json:
        share = self._random.choice((0.0, 0.2, 0.6)) if depth < DEEPEST else 0.0
        made = {}
        for name, member in shape.members.items():
            wanted = name in shape.required_members and self._random.random() >= self._wild * 0.1
            if wanted or self._random.random() < share:
                made[name] = self._value(member, name, depth + 1)
        if self._random.random() < self._wild * 0.1:
            made["NotAMember"] = self._random.choice(_OTHER_KINDS)
        return made

    def _number(self, shape: Shape) -> float:
        limits = [shape.metadata[key] for key in ("min", "max") if key in shape.metadata]
        edges = [edge + step for edge in limits for step in (-1, 0, 1)]
        if self._random.random() < self._wild:
            return self._random.choice([*edges, *_NUMBERS])
        return self._random.choice(limits or [1, 2, 10])

    def _count(self, shape: Shape, depth: int) -> int:
        least, most = shape.metadata.get("min", 0), min(shape.metadata.get("max", 3), _MOST)
        if self._random.random() < self._wild:
            # Long lists of long lists would be megabytes that say nothing.
            return max(0, self._random.choice((least - 1, least, most, most + 1) if depth < 3 else (least - 1, least)))
        return self._random.randint(least, min(most, least + 2))

    def _text(self, shape: Shape, name: str) -> str:
        if self._random.random() < self._wild:
            return self._random.choice((*_STRANGE, *_TEXTS, *self._at_the_edge(shape)))
        known = self._known.get(name)
        if known and self._random.random() < 0.8:
            return str(self._random.choice(known))
        return self._random.choice(_legal(shape) or list(_TEXTS))

    def _at_the_edge(self, shape: Shape) -> list[str]:
        edges = [shape.metadata[key] for key in ("min", "max") if key in shape.metadata]
        return ["a" * min(max(0, edge + step), _LONGEST) for edge in edges for step in (-1, 0, 1)]


def _legal(shape: Shape) -> list[str]:
    """Return the texts that a shape allows, of those at hand."""
    return list(shape.metadata.get("enum", ())) or [text for text in _TEXTS if _allowed(shape, text)]


def _allowed(shape: Shape, text: str) -> bool:
    return not any(constraints._broken_rules(shape, text))
