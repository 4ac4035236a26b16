"""Prediction intervals of a regression, from out-of-fold residuals. docs/adr/0015 tells what they promise.

The champion answers with the mean of its k boosters; each training row was predicted by the boosters of the fold it was
held out of. The half width is the conformal quantile of those absolute residuals: of n, the one with the rank
ceil((n + 1) * level).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from include.autopilot.base.errors import IntervalError
from include.autopilot.scoring.outoffold import OutOfFold

METHOD = "k-fold residuals: mean of the boosters +/- the conformal quantile of absolute out-of-fold residuals"


@dataclass(frozen=True)
class Coverage:
    """How often an interval held measured values.

    :param rows: how many were looked at.
    :param covered: how many of them it held.
    """

    rows: int
    covered: int

    @property
    def share(self) -> float:
        """The share of rows that it held, 0 to 1."""
        return self.covered / self.rows


@dataclass(frozen=True)
class Interval:
    """The interval of one model.

    :param level: the nominal coverage, 0 to 1.
    :param half_width: in the target's unit; the bounds are the prediction minus and plus it.
    :param rows: how many out-of-fold residuals it is from.
    :param uri: where they are.
    :param holdout: what it covered of the sealed holdout that judged the model; None where that is not known.
    """

    level: float
    half_width: float
    rows: int
    uri: str
    holdout: Coverage | None = None
    method: str = METHOD

    def bounds(self, prediction: float) -> tuple[float, float]:
        """Return the lower and the upper bound."""
        return prediction - self.half_width, prediction + self.half_width


def interval_of(seen: OutOfFold, level: float) -> Interval:
    """Return the interval at a level.

    :raises IntervalError: there are too few residuals for the level.
    """
    residuals = sorted(abs(one - other) for one, other in zip(seen.measured, seen.predicted, strict=True))
    # The rounding takes off what floating point adds to a whole number: 0.9 * 10 must not need an eleventh residual.
    rank = math.ceil(round((len(residuals) + 1) * level, 9))
    if rank > len(residuals):
        least = math.ceil(round(level / (1 - level), 9))
        raise IntervalError(
            f"{seen.uri} holds {len(residuals)} out-of-fold predictions; an interval at {level:.0%} needs at least "
            f"{least}. Ask for a lower level or none."
        )
    return Interval(level, residuals[rank - 1], len(residuals), seen.uri)


def coverage_of(half_width: float, measured: Sequence[float], predicted: Sequence[float]) -> Coverage:
    """Return how often measured values lay within a half width of the predictions."""
    errors = (abs(one - other) for one, other in zip(measured, predicted, strict=True))
    return Coverage(len(measured), sum(error <= half_width for error in errors))
