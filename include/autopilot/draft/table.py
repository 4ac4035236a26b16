"""The table that a person has: its cells as text, and what kind of values a column holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.errors import DraftError
from include.autopilot.base.numbers import is_blank, read_number, read_numbers
from include.autopilot.rows.cells import Findings
from include.autopilot.rows.csvfile import CsvFile

_DATES = ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d.%m.%y", "%m/%d/%y", "%d/%m/%y")
_DATES_IN_WORDS = (
    "%d %B %Y",
    "%d %b %Y",
    "%d. %B %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%B %Y",
    "%b %Y",
)
# A number with a currency before it or a unit after it, groups of thousands, and parentheses for a minus.
_AMOUNT = re.compile(
    r"[(+-]*\s*(?P<before>[A-Za-z]{0,2}[^\w\s.,()+'-]|[A-Z]{3}\s)?\s*[+-]?\s*\d[\d.,'\s]*"
    r"(?P<after>[^\W\d]{0,10}|[^\w\s.,()+'-])\s*[-)]*"
)
_WORDS_OF_PROSE = 3.0
# The rest may be typing errors.
_MOSTLY = 0.95
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
    def is_date(self) -> bool:
        """Whether the filled cells are dates, but for a few; digits alone are numbers."""
        looked = self.filled[:_LOOKED_AT]
        return bool(looked) and not self.number_count and sum(map(_is_date, looked)) >= _MOSTLY * len(looked)

    @cached_property
    def is_amount(self) -> bool:
        """Whether the filled cells are numbers that a search reads, but for a few: $1,234.50, 12 %, (5), 7 kg.

        All must be of the same currency or unit; a bare number may stand among them. Plain numbers alone are none.
        """
        looked = self.filled[:_LOOKED_AT]
        found = [match for cell in looked if (match := _AMOUNT.fullmatch(cell.strip()))]
        units = Counter((match["before"] or match["after"] or "").strip() for match in found)
        mixed = len([unit for unit in units if unit]) > 1
        plain = all(read_number(match.string) is not None for match in found)
        return not (plain or mixed or self.is_date) and len(found) >= _MOSTLY * len(looked)

    @cached_property
    def is_prose(self) -> bool:
        """Whether the filled cells are texts of several words, which a search reads word by word."""
        looked = self.filled[:_LOOKED_AT]
        words = sum(len(cell.split()) for cell in looked)
        return bool(looked) and not self.number_count and words >= _WORDS_OF_PROSE * len(looked)


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

    :raises DraftError: it is not there, has no rows, or names a column twice.
    :raises ContractError: it is no CSV in UTF-8, or a row has more or fewer cells than the header.
    """
    try:
        with path.open("rb") as source:
            file = CsvFile(str(path), source)
            findings = Findings(str(path))
            records = list(file.records(findings))
    except OSError as error:
        raise DraftError(f"CSV={path} cannot be read: {error.strerror}. Name a CSV file with a header.") from error
    findings.raise_if_any()
    named = [name for name in file.header if name.strip()]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise DraftError(f"{path}: the header names {twice[0]!r} twice. Give each column a name of its own.")
    if not records:
        raise DraftError(f"{path} has a header and no rows.")
    return Table(str(path), file.header, [record.cells for record in records], [record.line for record in records])


def _is_date(cell: str) -> bool:
    text = cell.strip()
    try:
        datetime.fromisoformat(text)
    except ValueError:
        # What follows a day, such as a time and its zone, does not matter here.
        day = text.partition(" ")[0]
        return any(_matches(day, form) for form in _DATES) or any(_matches(text, form) for form in _DATES_IN_WORDS)
    return True


def _matches(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False
    return True
