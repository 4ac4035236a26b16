"""Features that say the target over again: a copy, a one-to-one function of it, another name of its class.

Such a column is not known when a prediction is wanted, so a model that learns it is perfect and worthless. Sampled rows
are looked at; so many rows that all agree are no accident.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.numbers import read_number
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.moments import Floats

# Rows, and different values of both columns, from which on an order without an exception is no accident.
_FEWEST_ROWS = 20
_FEWEST_VALUES = 8
# Where there is no order to go by: rows that agree with an earlier one, those of the commonest value not counted.
_FEWEST_AGREED = 5
# Numbers that were written and read again by another tool differ in their last digits.
_RELATIVE = 1e-9


@dataclass(frozen=True)
class Echo:
    """A feature that repeats the target: how, in words, and in how many rows that was looked at."""

    name: str
    how: str
    rows: int


def echoes_of(cells: NDArray[np.object_], numbers: Floats, schema: Schema) -> tuple[Echo, ...]:
    """Return the features that repeat the target in all of these rows.

    :param cells: rows by the schema's columns, as text; every row has a target.
    :param numbers: the same as numbers, as far as they were read; not finite where they were not, or are none.
    """
    place = schema.columns.index(schema.target)
    target, measured = cells[:, place].tolist(), _numbers(cells[:, place], numbers[:, place])
    found = []
    for index, name in enumerate(schema.columns):
        if index != place:
            feature = _numbers(cells[:, index], numbers[:, index])
            both = np.isfinite(feature) & np.isfinite(measured)
            how = _order(feature[both], measured[both])
            rows = int(both.sum()) if how else len(target)
            how = how or ("is one-to-one with the target" if _paired(cells[:, index].tolist(), target) else None)
            found += [Echo(name, how, rows)] if how else []
    return tuple(found)


def _numbers(cells: NDArray[np.object_], numbers: Floats) -> Floats:
    """Return a column as numbers, also where it is compared as categories because it has few values."""
    if np.isfinite(numbers).any() or not len(cells) or read_number(cells[0]) is None:
        return numbers
    return np.array([np.nan if (number := read_number(cell)) is None else number for cell in cells])


def _order(feature: Floats, target: Floats) -> str | None:
    """Return how the numbers of a feature follow those of the target; None where they do not."""
    if len(target) < _FEWEST_ROWS:
        return None
    if np.allclose(feature, target, rtol=_RELATIVE, atol=0):
        return "equals the target" if len(np.unique(target)) >= _FEWEST_VALUES else None
    rising, falling = _follows(feature, target), _follows(-feature, target)
    if not (rising or falling) or min(len(np.unique(feature)), len(np.unique(target))) < _FEWEST_VALUES:
        return None
    return f"{'rises' if rising else 'falls'} with the target without an exception"


def _follows(feature: Floats, target: Floats) -> bool:
    """Whether no two rows have the feature and the target in opposite orders."""
    # Most columns are told from the target by a few rows.
    for rows in (slice(_FEWEST_ROWS), slice(None)):
        ordered = feature[rows][np.lexsort((feature[rows], target[rows]))]
        if (np.diff(ordered) < 0).any():
            return False
    return True


def _paired(feature: Sequence[str], target: Sequence[str]) -> bool:
    """Whether every value of the feature goes with one value of the target, and the other way round."""
    if len(target) < _FEWEST_ROWS:
        return False
    there: dict[str, str] = {}
    back: dict[str, str] = {}
    agreed: Counter[str] = Counter()
    for one, other in zip(feature, target, strict=True):
        if there.setdefault(one, other) != other or back.setdefault(other, one) != one:
            return False
        agreed[one] += 1
    sizes = sorted(agreed.values())[:-1]
    return sum(size - 1 for size in sizes) >= _FEWEST_AGREED
