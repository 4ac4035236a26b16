"""Make the profile of a table in one pass and in constant memory.

Rows come as (name, CSV line) pairs. Counts and ranges are of all rows, distributions of numbers are those of a sample
of rows, and categories are counted as long as they are few. The order of the rows and the size of the pieces they come
in do not matter.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.numbers import is_blank, read_numbers
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.moments import Floats, Moments
from include.autopilot.drift.profile import ColumnProfile, Kind, Numbers, Profile
from include.autopilot.drift.reading import FEW_NUMBERS, reading_of
from include.autopilot.drift.sample import SIZE, RowSample
from include.cells import says_nothing

Cells = NDArray[np.object_]

# Rows parsed together: enough for numpy to be worth it, few enough to hold as text.
_BLOCK = 5000
# More different values than this are no categories but free text, and counting them would not be constant memory.
MOST_CATEGORIES = 500


def profile_of(
    lines: Iterable[tuple[str, str]], schema: Schema, like: Profile | None = None, size: int = SIZE
) -> Profile:
    """Return the profile of a table.

    :param lines: key and CSV line of every row, columns as in the schema.
    :param like: the profile that this one will be compared with; its columns' kinds are kept.
    :param size: rows to sample.
    :raises ValueError: a line has another number of cells than the schema has columns.
    """
    profiler = Profiler(schema, like, size)
    for block in blocks_of(lines):
        profiler.add(block)
    return profiler.finish()


def blocks_of(lines: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Yield rows in pieces that are worth parsing together and small enough to hold."""
    rows = iter(lines)
    while block := list(islice(rows, _BLOCK)):
        yield block


class Profiler:
    """A profile in the making, for rows that come in pieces."""

    def __init__(self, schema: Schema, like: Profile | None = None, size: int = SIZE) -> None:
        self._columns = schema.columns
        self._kinds = _known_kinds(schema, like)
        self._sample = RowSample(size)
        self._rows = 0
        self._moments = Moments(len(self._columns))
        # Columns to read as numbers: those that are, and those that may still be.
        self._numeric = [
            index for index, name in enumerate(self._columns) if self._kinds.get(name, "numeric") == "numeric"
        ]
        self._blank = np.zeros(len(self._columns), dtype=np.int64)
        # Of columns that may be categorical: rows per value, None once there are too many.
        self._values: dict[int, Counter[str] | None] = {
            index: Counter()
            for index, name in enumerate(self._columns)
            if self._kinds.get(name) in (None, "categorical")
        }
        stated = {column.name: column.reading for column in (like.columns if like else ()) if column.reading}
        self._readings = {index: stated[name] for index, name in enumerate(self._columns) if name in stated}
        self._foreign = dict.fromkeys(self._readings, 0)

    def add(self, lines: Sequence[tuple[str, str]]) -> Floats:
        """Add rows, key and CSV line of each, and return their cells as numbers: rows by columns.

        Not finite is a cell that is none, or one of a column that is not read as numbers.
        """
        cells = _cells([line for _, line in lines], len(self._columns))
        numbers = self._numbers(cells)
        if not lines:
            return numbers
        self._rows += len(cells)
        self._sample.add(lines)
        self._moments.add(numbers)
        self._blank += _blank(cells, numbers).sum(axis=0)
        for index in self._foreign:
            self._foreign[index] += _foreign(cells[:, index], numbers[:, index])
        for index in self._values:
            self._count(index, cells[:, index])
        self._forget_texts()
        return numbers

    def sampled(self) -> tuple[Cells, Floats]:
        """Return the sampled rows as texts and as numbers."""
        cells = _cells(self._sample.lines(), len(self._columns))
        return cells, self._numbers(cells)

    def finish(self) -> Profile:
        """Return the profile of what was added."""
        cells, numbers = self.sampled()
        columns = tuple(self._column(index, cells[:, index], numbers[:, index]) for index in range(len(self._columns)))
        return Profile(self._rows, len(cells), columns)

    def _numbers(self, cells: Cells) -> Floats:
        """Cells as numbers; not finite where a cell is none, or in a column that is not to be read as numbers."""
        numbers = np.full(cells.shape, np.nan)
        for index in self._numeric:
            numbers[:, index] = read_numbers(cells[:, index])
        for index, reading in self._readings.items():
            numbers[:, index] = reading.numbers(cells[:, index])
        return numbers

    def _forget_texts(self) -> None:
        """Stop reading a column as numbers once it has held a text: parsing texts is slow."""
        texts = self._moments.count + self._blank < self._rows
        self._numeric = [index for index in self._numeric if index not in self._values or not texts[index]]

    def _count(self, index: int, column: Cells) -> None:
        counter = self._values[index]
        if counter is None:
            return
        counter.update(column)
        # Blank cells are no values; they may take a few places.
        if len(counter) > MOST_CATEGORIES and sum(not is_blank(value) for value in counter) > MOST_CATEGORIES:
            self._values[index] = None

    def _column(self, index: int, cells: Cells, numbers: Floats) -> ColumnProfile:
        name, kind = self._columns[index], self._kind(index)
        if kind == "numeric":
            present = int(self._moments.count[index])
            return ColumnProfile(name, kind, present, self._rows - present, _summary(self._moments, index, numbers))
        present = self._rows - int(self._blank[index])
        there = present, self._rows - present
        if kind == "amount":
            read, summary = int(self._moments.count[index]), _summary(self._moments, index, numbers)
            unread = (str(cell) for cell in cells[~np.isfinite(numbers)] if not is_blank(cell))
            odd, foreign = min(unread, key=says_nothing, default=None), self._foreign[index]
            stated = self._readings[index]
            return ColumnProfile(name, kind, *there, summary, None, stated, read, present - read, odd, foreign)
        filled = [cell for cell in cells if not is_blank(cell)]
        if name not in self._kinds and (reading := reading_of(filled)):
            values, moments = reading.numbers(filled), Moments(1)
            moments.add(values[:, np.newaxis])
            read = int(moments.count[0])
            summary, foreign = _summary(moments, 0, values), _foreign(filled, values)
            return ColumnProfile(
                name, "amount", *there, summary, None, reading, read, len(filled) - read, foreign=foreign
            )
        if kind == "text":
            return ColumnProfile(name, kind, *there)
        counter = self._values[index]
        counts = Counter(cells) if counter is None else counter
        categories = {value: count for value, count in sorted(counts.items()) if not is_blank(value)}
        return ColumnProfile(name, kind, *there, categories=categories)

    def _kind(self, index: int) -> Kind:
        known = self._kinds.get(self._columns[index])
        if known is not None:
            return known
        counter = self._values[index]
        present = self._rows - int(self._blank[index])
        all_numbers = int(self._moments.count[index]) == present
        if all_numbers and (counter is None or len(counter) > FEW_NUMBERS):
            return "numeric"
        return "text" if counter is None else "categorical"


def _summary(moments: Moments, index: int, sample: Floats) -> Numbers:
    there = bool(moments.count[index])

    def figure(values: Floats) -> float | None:
        value = float(values[index])
        return value if there and np.isfinite(value) else None

    return Numbers(
        whole=there and bool(moments.whole[index]),
        minimum=figure(moments.minimum),
        maximum=figure(moments.maximum),
        mean=figure(moments.mean),
        total=figure(moments.total()),
        deviation=figure(moments.deviation()),
        sample=np.sort(sample[np.isfinite(sample)]),
    )


def _known_kinds(schema: Schema, like: Profile | None) -> dict[str, Kind]:
    """Kinds that are not left to the cells: classes are categories even where they are numbers."""
    kinds: dict[str, Kind] = {schema.target: "categorical"}
    kinds |= dict.fromkeys(schema.numeric, "numeric")
    if like is not None:
        kinds |= {column.name: column.kind for column in like.columns}
    return kinds


def _cells(lines: list[str], columns: int) -> Cells:
    rows = list(csv.reader(lines, strict=True))
    if any(len(row) != columns for row in rows):
        raise ValueError(f"a line does not have {columns} cells; lines must have the columns of the schema")
    cells = np.empty((len(rows), columns), dtype=object)
    if rows:
        cells[:] = rows
    return cells


def _foreign(cells: Iterable[str], numbers: Floats) -> int:
    """Count the cells that state something and are not read."""
    return sum(not says_nothing(cell) for cell in compress(cells, ~np.isfinite(numbers)))


def _blank(cells: Cells, numbers: Floats) -> NDArray[np.bool_]:
    blank = ~np.isfinite(numbers)
    blank[blank] = [is_blank(cell) for cell in cells[blank]]
    return blank
