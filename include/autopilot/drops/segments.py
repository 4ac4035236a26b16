"""Which segment each row of a holdout is in: by the values of a column, or by quantile bands of its numbers.

The columns are those of the holdout's own file, so that one which no model sees (under ``ignore``) will do. The rows
are those that were predicted, in their order.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.errors import DropError
from include.autopilot.base.numbers import is_blank, read_number
from include.autopilot.drops.content import DropFile
from include.autopilot.drops.heldcells import check_column, predicted_records
from include.autopilot.drops.plan import Plan, PlannedHoldout
from include.autopilot.rows.cells import Record
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.settings.segments import SegmentConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# So many values of a column can be looked at; with more each has hardly a row.
MOST_VALUES = 50
_SHOWN = 60


@dataclass(frozen=True)
class Segments:
    """The segments that one column cuts rows into.

    :param names: of each segment, in words.
    :param places: per row, the place of its segment among the names.
    """

    column: str
    names: tuple[str, ...]
    places: NDArray[np.intp]


def segments_of(
    s3: S3Client, plan: Plan, judge: PlannedHoldout, configs: Sequence[SegmentConfig], keys: Sequence[str]
) -> tuple[Segments, ...]:
    """Read which segments the rows of a holdout are in.

    :param keys: of the rows that were, or will be, predicted, in the file's order.
    :raises DropError: a column is missing, has too many values, or has text where bands need numbers; or the file was
        changed since the run was planned.
    """
    if not configs:
        return ()
    asked_for = f"segments in {plan.model}.yaml"
    with closing(DropFile(s3, judge.uri, judge.digest)) as file:
        rows = CsvFile(judge.uri, file)
        for config in configs:
            check_column(config.column, rows, asked_for)
        columns = [_of(config, judge.uri, asked_for) for config in configs]
        places = [rows.header.index(config.column) for config in configs]
        for record in predicted_records(rows, plan.key, keys):
            for column, place in zip(columns, places, strict=True):
                column.add(record, record.cells[place])
        file.check()
    return tuple(column.segments() for column in columns)


class _Column(Protocol):
    """A column that is being read."""

    def add(self, record: Record, cell: str) -> None:
        """Add a row's cell."""

    def segments(self) -> Segments:
        """Return what its rows are cut into."""


def _of(config: SegmentConfig, uri: str, asked_for: str) -> _Column:
    if config.bands is None:
        return _Values(config.column, uri, asked_for)
    return _Bands(config.column, config.bands, uri, asked_for)


class _Values:
    """A column that is cut by its values, an empty cell being one of them."""

    def __init__(self, column: str, uri: str, asked_for: str) -> None:
        self._column, self._uri, self._asked_for = column, uri, asked_for
        self._known: dict[str, int] = {}
        self._places = array("q")

    def add(self, record: Record, cell: str) -> None:
        value = "" if is_blank(cell) else cell.strip()
        self._places.append(self._known.setdefault(value, len(self._known)))
        if len(self._known) > MOST_VALUES:
            raise DropError(
                f"{self._uri}: column {self._column!r}, which {self._asked_for} names, has more than {MOST_VALUES} "
                f"values (the next one in row {record.row}, line {record.line}). If they are numbers, add bands to it, "
                "such as bands: 4; if not, name a column with fewer values."
            )

    def segments(self) -> Segments:
        ordered = sorted(self._known)
        number = np.array([ordered.index(value) for value in self._known], dtype=np.intp)
        shown = [value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…" for value in ordered]
        # Texts that begin alike, such as SMILES, are told apart by all of them.
        told = shown if len(set(shown)) == len(shown) else ordered
        return Segments(self._column, tuple(map(self._name, told)), number[np.asarray(self._places)])

    def _name(self, value: str) -> str:
        return f"{self._column} = {value!r}" if value else f"no {self._column}"


class _Bands:
    """A column of numbers that is cut at their quantiles, the rows without a number being a segment of their own."""

    def __init__(self, column: str, bands: int, uri: str, asked_for: str) -> None:
        self._column, self._bands, self._uri, self._asked_for = column, bands, uri, asked_for
        self._numbers = array("d")

    def add(self, record: Record, cell: str) -> None:
        number = math.nan if is_blank(cell) else read_number(cell)
        if number is None or math.isinf(number):
            raise DropError(
                f"{self._uri}: column {self._column!r}, row {record.row} (line {record.line}) holds "
                f"{cell[:_SHOWN]!r}, and {self._asked_for} asks for bands of its numbers. Take bands out to go by its "
                "values, or name another column."
            )
        self._numbers.append(number)

    def segments(self) -> Segments:
        numbers = np.asarray(self._numbers)
        there = np.isfinite(numbers)
        # The method gives numbers of the column, which have fewer digits than those between them.
        cuts = (
            np.quantile(numbers[there], np.arange(1, self._bands) / self._bands, method="lower") if there.any() else []
        )
        edges = [edge for edge in np.unique(cuts) if edge < numbers[there].max()]
        places = np.where(there, np.searchsorted(edges, numbers, side="left"), len(edges) + 1)
        names = [*self._names([float(edge) for edge in edges]), f"no {self._column}"]
        used = np.unique(places)
        return Segments(self._column, tuple(names[place] for place in used), np.searchsorted(used, places))

    def _names(self, edges: Sequence[float]) -> Iterator[str]:
        if not edges:
            yield f"any {self._column}"
            return
        yield f"{self._column} up to {edges[0]:.6g}"
        for low, high in pairwise(edges):
            yield f"{self._column} above {low:.6g} up to {high:.6g}"
        yield f"{self._column} above {edges[-1]:.6g}"
