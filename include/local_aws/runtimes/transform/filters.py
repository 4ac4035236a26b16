"""InputFilter and OutputFilter: the part of JSONPath batch transform understands.

Operators (AWS documentation, "Associate Prediction Results with Input Records"): `$`, `.name`, `['name', ...]`, `*`,
`[index, ...]` and `[start:end]`, indices also negative and mixed with slices (`$[0,5:]`). A CSV row is an array.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from include.local_aws.runtimes import ClientError

_STEP = re.compile(r"\.?\[(?P<items>(?:'[^']*'|\"[^\"]*\"|[^\]'\"])*)\]|\.(?P<name>\*|[^.\[\]'\"*\s]+)")
_NAMES = re.compile(r"\s*(?:'[^']+'|\"[^\"]+\")\s*(?:,\s*(?:'[^']+'|\"[^\"]+\")\s*)*")
_NAME = re.compile(r"'([^']+)'|\"([^\"]+)\"")
_POSITION = re.compile(r"\s*(?:(?P<index>-?\d+)|(?P<start>-?\d*)\s*:\s*(?P<end>-?\d*))\s*")

Select = Callable[[Any], Any]


class _NotThere(Exception):
    """The record has nothing at a place the filter names."""


@dataclass(frozen=True)
class Filter:
    """A parsed filter; `name` is InputFilter or OutputFilter, for messages."""

    name: str
    text: str
    steps: tuple[Select, ...]

    @classmethod
    def parse(cls, name: str, text: str | None) -> Filter:
        """Parse `text` (`$` if None).

        :raises ClientError: not an expression batch transform supports; names the filter.
        """
        path = "$" if text is None else text
        steps: list[Select] = []
        position = 1
        while position < len(path):
            match = _STEP.match(path, position)
            step = _step(match) if match else None
            if match is None or step is None:
                break
            steps.append(step)
            position = match.end()
        if not path.startswith("$") or position < len(path):
            raise ClientError(
                f"{name} {path!r} is not a supported JSONPath expression: use $, .name, ['name'], [index], [start:end] "
                "or *, such as $[1:] or $['id','SageMakerOutput']"
            )
        return cls(name, path, tuple(steps))

    @property
    def is_everything(self) -> bool:
        """Whether the filter lets every record through as it is."""
        return not self.steps

    def apply(self, record: Any, where: str) -> Any:
        """Return the part of `record` the filter selects.

        :param where: the record's place in the data, for messages.
        :raises ClientError: the record has no such field, position or slice.
        """
        selected = record
        try:
            for step in self.steps:
                selected = step(selected)
        except _NotThere as error:
            raise ClientError(f"{self.name} {self.text!r} does not fit {where}: {error}") from None
        return selected


def _step(match: re.Match[str]) -> Select | None:
    name, items = match["name"], match["items"]
    if name == "*" or (items is not None and items.strip() == "*"):
        return _all
    if name is not None:
        return lambda record: _field(record, name)
    if _NAMES.fullmatch(items):
        names = [single or double for single, double in _NAME.findall(items)]
        return lambda record: (
            _field(record, names[0]) if len(names) == 1 else {key: _field(record, key) for key in names}
        )
    positions = [_POSITION.fullmatch(item) for item in items.split(",")]
    if any(position is None for position in positions):
        return None
    return _positions([position for position in positions if position is not None])


def _positions(matches: list[re.Match[str]]) -> Select:
    parts = [
        int(m["index"]) if m["index"] else slice(*(int(m[e]) if m[e] else None for e in ("start", "end")))
        for m in matches
    ]

    def select(record: Any) -> Any:
        if not isinstance(record, list):
            raise _NotThere("it is not an array")
        if len(parts) == 1 and isinstance(parts[0], int):
            return _items(record, parts[0])[0]
        return [item for part in parts for item in _items(record, part)]

    return select


def _items(record: list[Any], part: int | slice) -> list[Any]:
    if isinstance(part, int):
        if not -len(record) <= part < len(record):
            raise _NotThere(f"there is no index {part} among {len(record)} columns")
        return [record[part]]
    selected = record[part]
    if not selected:
        bounds = ":".join("" if bound is None else str(bound) for bound in (part.start, part.stop))
        raise _NotThere(f"[{bounds}] selects none of {len(record)} columns")
    return selected


def _field(record: Any, name: str) -> Any:
    if not isinstance(record, dict):
        raise _NotThere(f"there is no field {name!r}: it is not an object (CSV columns go by position, as in $[0])")
    if name not in record:
        raise _NotThere(f"there is no field {name!r} among {', '.join(map(str, record)) or 'no fields'}")
    return record[name]


def _all(record: Any) -> Any:
    if isinstance(record, dict):
        return list(record.values())
    if isinstance(record, list):
        return record
    raise _NotThere("it is neither an array nor an object")
