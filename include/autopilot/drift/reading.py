"""Amounts in a column of texts: read as numbers in the form that the baseline states, and in no other.

Only what a baseline says was made so is read so. One that says nothing, as all of earlier releases, compares such a
column as the texts that it counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from include.autopilot.base.numbers import read_number
from include.autopilot.drift.moments import Floats
from include.cells.amounts import read_amount
from include.cells.decision import once
from include.cells.kind import kind_of

# A column holds measured numbers, not codes, when more than these differ.
FEW_NUMBERS = 20


@dataclass(frozen=True)
class Reading:
    """How the cells of a column are read.

    :param decimal: the decimal mark; ``unit``: what they are amounts of, empty where they do not say.
    :param told: the form for people, such as ``amounts of $ with a decimal point``.
    """

    decimal: str
    unit: str
    told: str

    def numbers(self, cells: Iterable[str]) -> Floats:
        """Return the amounts; NaN for a cell that is none of this form."""
        found = once(lambda text: read_amount(text, self.decimal, self.unit), cells)
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)


def reading_of(cells: Sequence[str]) -> Reading | None:
    """Return how a column's cells are read.

    None where they are no amounts, so few different ones that they may be codes, or where they do not say which sign is
    the decimal mark: whoever writes 1.234 means one of two numbers.
    """
    kind = kind_of(cells, read_number, len(cells))
    if kind.name != "amount" or kind.decision.undecided:
        return None
    decimal, unit = kind.decision.form
    reading = Reading(decimal, unit, kind.decision.told)
    values = reading.numbers(cells)
    return reading if len(np.unique(values[np.isfinite(values)])) > FEW_NUMBERS else None
