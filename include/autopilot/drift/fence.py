"""How far from the middle a number may lie before it looks like a slip: another unit, a missing decimal point.

What counts is the distance from the median. Half of the values lie within the distance d50, nine in ten within d90.
How much further d90 reaches says how heavy the tail is: values are assumed to thin out like a power of the distance, so
that values F times rarer than one in ten lie beyond ``d90 * F ** xi`` with ``xi = log(d90 / d50) / log 5``. That errs
to the far side for every tail that is lighter than a power. The largest tenth of the values moves none of these, so a
table can be held against itself, errors included. docs/adr/0009-drift.md has what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.columns import Role
from include.autopilot.drift.moments import Floats
from include.autopilot.drift.profile import Profile

# Fewer values than this say nothing about a tail.
FEWEST = 10
# F: how many times rarer than one in ten a value beyond the fence would be. A run has hundreds of features and one
# target; the target's fence is nearer, because one wrong target can spoil every later run. Where there are more rows
# than that, F is their number: one of them is so rare by honest chance.
_RARER: Mapping[Role, float] = {"feature": 1000.0, "target": 300.0}
# Where one value lies beyond its fence, others that came with it (the same wrong unit) are told from here on.
_COMPANY = 30.0
# No tail is taken for lighter than this: of ratings and other round numbers d50 may be d90.
_LIGHTEST = 0.5
# Where hardly any value differs from the median, or none, there is no tail to go by.
_CONSTANT = 1000.0
# Of so many values that differ, most are taken to be right.
_FEW = 3


@dataclass(frozen=True)
class Fence:
    """What is near in one column.

    :param middle: the median.
    :param near: the distance within which nine in ten values lie; 0 where most values are the median itself.
    :param far: the distance from which on a value is told; ``company``: from which on it is told with another one.
    """

    role: Role
    middle: float
    near: float
    far: float
    company: float


def fences_of(reference: Profile, schema: Schema) -> dict[str, Fence]:
    """Return the fence of every numeric column that has enough values, by name.

    :param reference: the baseline, or the table itself where there is none.
    """
    fences = {}
    for column in reference.columns:
        if column.numbers is not None and len(column.numbers.sample) >= FEWEST:
            role: Role = "target" if column.name == schema.target else "feature"
            fences[column.name] = fence_of(column.numbers.sample, role, reference.rows)
    return fences


def fence_of(values: Floats, role: Role, rows: int = 0) -> Fence:
    """Return the fence of one column.

    :param values: at least :data:`FEWEST` finite numbers, ascending.
    :param rows: of the table that they are a sample of.
    """
    middle = float(values[(len(values) - 1) // 2])
    # The largest floats are further apart than the largest float.
    with np.errstate(over="ignore"):
        distances = np.sort(np.abs(values - middle))
    near, rarer = _at(distances, 0.9), max(_RARER[role], float(rows))
    tail = distances if _at(distances, 0.5) > 0 else distances[distances > 0]
    if len(tail) < FEWEST:
        far = _CONSTANT * (_at(tail, 0.5) if len(tail) >= _FEW else max(abs(middle), 1.0))
        return Fence(role, middle, near, far, far)
    return Fence(role, middle, near, _reach(tail, rarer), _reach(tail, _COMPANY))


def _reach(distances: Floats, rarer: float) -> float:
    half, most = _at(distances, 0.5), _at(distances, 0.9)
    weight = max(_LIGHTEST, float(np.log(most / half) / np.log(5)))
    return float(most * rarer**weight)


def _at(ordered: Floats, share: float) -> float:
    return float(ordered[int(share * (len(ordered) - 1))])
