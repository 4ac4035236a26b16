"""The table that a person has: its cells as text, and what kind of values a column holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.errors import DraftError
from include.autopilot.base.numbers import is_blank, read_number, read_numbers
from include.autopilot.rows.cells import Findings
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.rows.header import separated
from include.cells.kind import WORDS_OF_TEXT, Kind, kind_of

_LOOKED_AT = 2000


@dataclass(frozen=True)
class Column:
    """One column of a table, cell by cell."""

    name: str
    cells: Sequence[str]

    @cached_property
    def filled(self) -> list[str]:
        """The cells that are no missing values."""
        return [cell for cell in self.cells if not is_blank(cell)]

    @cached_property
    def distinct(self) -> set[str]:
        """The different texts among them, without blanks around."""
        return {cell.strip() for cell in self.filled}

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """Every cell as a number; NaN where it states none."""
        return read_numbers(np.array(self.cells, dtype=object))

    @property
    def usable(self) -> list[bool]:
        """Of every cell, whether it states a number that trainers can take, in single precision."""
        with np.errstate(over="ignore"):
            return list(np.isfinite(self.numbers.astype(np.float32)).tolist())

    @cached_property
    def number_count(self) -> int:
        """How many cells state a number."""
        return int((~np.isnan(self.numbers)).sum())

    @property
    def is_numeric(self) -> bool:
        """Whether every filled cell states a number."""
        return bool(self.filled) and self.number_count == len(self.filled)

    @property
    def is_whole(self) -> bool:
        """Whether they are whole numbers."""
        found = self.numbers[np.isfinite(self.numbers)]
        return self.is_numeric and bool((found == np.floor(found)).all())

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return len(self.filled) == len(self.cells) == len(self.distinct)

    @cached_property
    def kind(self) -> Kind:
        """What a search makes of the column.

        Where so many values differ that looking at all would take long, cells from all over the column tell.
        """
        if len(self.distinct) <= _LOOKED_AT:
            return kind_of(self.filled, read_number, len(self.cells))
        step = math.ceil(len(self.filled) / _LOOKED_AT)
        return kind_of(self.filled[::step], read_number, len(self.cells), len(self.distinct))

    @property
    def is_prose(self) -> bool:
        """Whether the filled cells are texts of several words, which a search reads word by word."""
        return self.kind.name == "text" and self.kind.words >= WORDS_OF_TEXT


@dataclass(frozen=True)
class Table:
    """A CSV file in memory.

    :param lines: the line of the file that each row begins on.
    """

    file: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]

    def column(self, name: str) -> Column:
        """Return one column."""
        place = self.header.index(name)
        return Column(name, [row[place] for row in self.rows])

    def columns(self) -> Iterator[Column]:
        """Yield the columns that have a name; what has none is no feature."""
        return (self.column(name) for name in self.header if name.strip())


def read_table(path: Path) -> Table:
    """Read a CSV file.

    :raises DraftError: it is not there, has no rows or no commas, or names a column twice.
    :raises ContractError: it is no CSV in UTF-8, or a row has more or fewer cells than the header.
    """
    try:
        with path.open("rb") as source:
            file = CsvFile(str(path), source)
            findings = Findings(str(path))
            records = list(file.records(findings))
    except OSError as error:
        raise DraftError(f"CSV={path} cannot be read: {error.strerror}. Name a CSV file with a header.") from error
    if told := separated(file.header):
        raise DraftError(f"{path} has one column in line {file.line}.{told}")
    findings.raise_if_any()
    named = [name for name in file.header if name.strip()]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise DraftError(f"{path}: the header names {twice[0]!r} twice. Give each column a name of its own.")
    if not records:
        raise DraftError(f"{path} has a header and no rows.")
    return Table(str(path), file.header, [record.cells for record in records], [record.line for record in records])
