"""Columns of texts that state dates or amounts: read as numbers, in the form in which the baseline's are written.

The forms are those of docs/local-columns.md; which one a column has is decided once, when a baseline is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from include.autopilot.base.numbers import is_blank, read_number
from include.autopilot.drift.moments import Floats
from include.cells.amounts import decide_amounts, read_amount
from include.cells.booleans import decide_booleans
from include.cells.dates import DIGITS, TIME, decide_dates, read_date
from include.cells.decision import counted, once

Read = Literal["datetime", "amount"]
# Numbers of a few different values are codes; more are measured.
FEW_NUMBERS = 20
# Digits of earlier years are rather numbers.
_DIGITS, _FIRST_DAY = len("20240131"), (date(1900, 1, 1) - date(1970, 1, 1)).days


@dataclass(frozen=True)
class Reading:
    """How the cells of a column are read.

    :param form: the ways in which dates are written; the decimal mark and the unit of amounts.
    :param told: the form for people, such as ``month/day/year``.
    """

    kind: Read
    form: tuple[str, ...]
    told: str

    def numbers(self, cells: Iterable[str]) -> Floats:
        """Return days since 1970 in UTC, or amounts; NaN for a cell that is not of this form."""
        found = once(self._read, cells)
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)

    @property
    def has_days(self) -> bool:
        """Whether its values are days of a calendar, and not times of any day."""
        return self.kind == "datetime" and self.form != (TIME,)

    def _read(self, text: str) -> float | None:
        if self.kind == "datetime":
            moment = read_date(text, self.form)
            return None if moment is None else moment.days
        decimal, unit = self.form
        return read_amount(text, decimal, unit)


DAYS_IN_DIGITS = Reading("datetime", (DIGITS,), DIGITS)


def reading_of(cells: Iterable[str]) -> Reading | None:
    """Return how a column's cells are read; None where nearly all of them are neither dates nor amounts."""
    filled = [cell.strip() for cell in cells if not is_blank(cell)]
    if all(read_number(text) is not None for text in filled):
        return DAYS_IN_DIGITS if len(days_in_digits(filled)) else None
    texts = counted(filled)
    values = list(texts.elements())
    if (dates := decide_dates(values)).fits:
        return Reading("datetime", dates.form, dates.told)
    amounts = decide_amounts(values)
    if not amounts.fits or decide_booleans(values).fits:
        return None
    _, unit = amounts.form
    return Reading("amount", amounts.form, amounts.told) if unit or len(texts) > FEW_NUMBERS else None


def days_in_digits(texts: Sequence[str]) -> Floats:
    """Return numbers like 20240131 as days since 1970; nothing where one of them is no such day."""
    if not all(len(text) == _DIGITS for text in texts):
        return np.array([])
    days = DAYS_IN_DIGITS.numbers(texts)
    return days if (days >= _FIRST_DAY).all() else np.array([])


def written(kind: str, value: float) -> str:
    """Return a value as people read it: a day, a time of no day, or a number.

    :param kind: of its column.
    """
    if kind != "datetime":
        return f"{value:.4g}"
    if 0 <= value < 1:
        return "{:02}:{:02}".format(*divmod(int(value * 24 * 60), 60))
    return str(np.datetime64(int(np.floor(value)), "D"))
