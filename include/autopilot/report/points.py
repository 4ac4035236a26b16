"""The rows of a regression's holdout that a chart shows: all of them, or of many the worst and every so many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.shortened import shortened
from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.report.figure import LONGEST_KEY

# Of so many rows the largest errors are always among those that are shown.
WORST = 50
# Beyond this a chart has no scale that can be computed.
_LARGEST = 1e300


@dataclass(frozen=True, eq=False)
class Points:
    """Rows that have an answer and a place on a scale, in units of the target.

    :param errors: predicted less measured.
    :param rows: how many rows the holdout has.
    """

    keys: Sequence[str]
    actual: Sequence[float]
    predicted: Sequence[float]
    errors: Sequence[float]
    rows: int

    @property
    def shown(self) -> str:
        """How many there are, where they are not all; nothing otherwise."""
        if len(self.actual) == self.rows:
            return ""
        return f" Shown are {len(self.actual):,} of {self.rows:,} rows, the largest errors among them."


def points_of(keys: Sequence[str], outcome: Numbers, most: int) -> Points:
    """Return what is shown of a holdout.

    :param most: how many points may be shown.
    """
    actual, predicted = columns_of(outcome)
    there = drawable(actual, predicted)
    errors = predicted[there] - actual[there]
    if len(there) > most:
        worst = np.argsort(-np.abs(errors), kind="stable")[:WORST]
        even = np.linspace(0, len(there) - 1, most - len(worst)).round().astype(int)
        there = there[np.union1d(worst, even)]
    chosen = [(actual[place], predicted[place]) for place in there]
    return Points(
        keys=tuple(shortened(keys[int(place)], LONGEST_KEY) for place in there),
        actual=tuple(float(measured) for measured, _ in chosen),
        predicted=tuple(float(answer) for _, answer in chosen),
        errors=tuple(float(answer - measured) for measured, answer in chosen),
        rows=len(actual),
    )


def columns_of(outcome: Numbers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what was measured and what was predicted, as numpy has it."""
    actual, predicted = (np.asarray(column, dtype=float) for column in (outcome.actual, outcome.predicted))
    return actual, predicted


def drawable(actual: NDArray[np.float64], predicted: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the places of the rows that have an answer and a place on a scale."""
    return np.flatnonzero((np.abs(actual) < _LARGEST) & (np.abs(predicted) < _LARGEST))
