"""The far ends of an interval, and what a gain is worth that was chosen for being large.

10,000 resamples say where 0.25 % of them lie, not where one in a million would. Beyond what they resolve, the end is
the resolved one moved out as Student's t moves, with one degree of freedom less than there are rows: the resamples' own
spread and skewness near the tail, a tail that is known (Efron and Tibshirani 1993, chapters 12 and 13).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from include.autopilot.gate.confusion import Values

_NORMAL = NormalDist()
# So many resamples must lie beyond an end to say where it is: with the default 10,000 that is 0.25 %.
_RESOLVED = 25
# More than rounding, less than anybody reads.
_STEPS = 60


def ends(gains: Values, tail: float, rows: int) -> tuple[float, float]:
    """Return the ends of the percentile interval of the gains, each with a share ``tail`` beyond it.

    :param rows: of the holdout.
    """
    resolved = max(tail, min(0.25, _RESOLVED / len(gains)))
    low, middle, high = np.quantile(gains, [resolved, 0.5, 1 - resolved])
    if resolved == tail:
        return float(low), float(high)
    further = _student(tail, rows - 1) / -_NORMAL.inv_cdf(resolved)
    return float(middle + further * (low - middle)), float(middle + further * (high - middle))


def student_high(gain: float, gains: Values, tail: float, rows: int) -> float:
    """Return an upper end of the gain that holds for few rows, too: the resamples' spread, times Student's t.

    Of few rows the resamples spread too little, by the root of (rows - 1) / rows. Their percentiles would lie nearer
    than they may with twenty rows (docs/adr/0027-segments.md).

    :param gain: as measured, and ``gains``: of the resamples.
    :param tail: the share of chance above the end; ``rows``: those that the gains are of.
    """
    with np.errstate(over="ignore"):
        spread = math.sqrt(rows / (rows - 1)) * float(gains.std())
    return gain + _student(tail, rows - 1) * spread


def likely_gain(gain: float, low: float, needed: float, tail: float) -> float:
    """Return what a promoted challenger's true gain most likely is: the gain measured, without the luck of the draw.

    Only gains above what is needed are promoted, so promoted gains are too large on average. This is the true gain
    whose promoted measurements would be as large as this one on average, or 0: the conditional maximum likelihood
    estimate (Zhong and Prentice 2008), the gain taken as normal with the spread that its interval tells.

    :param gain: as measured, and ``low``: the lower end of its interval, with a share ``tail`` below it.
    :param needed: the smallest gain that would have been promoted.
    """
    spread = (gain - low) / -_NORMAL.inv_cdf(tail)
    if not spread > 0 or not math.isfinite(spread):
        return gain
    least, most = 0.0, gain
    for _ in range(_STEPS):
        middle = (least + most) / 2
        if middle + spread * _hazard((needed - middle) / spread) > gain:
            most = middle
        else:
            least = middle
    return least


def _student(tail: float, freedom: int) -> float:
    """Return the upper quantile of Student's t: Abramowitz and Stegun 26.7.5, good from some twenty on."""
    z = -_NORMAL.inv_cdf(tail)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, 1))


def _hazard(z: float) -> float:
    """Return the mean of a standard normal beyond z, less what lies below it."""
    if z > 30:
        return z + 1 / z
    return float(_NORMAL.pdf(z) / (math.erfc(z / math.sqrt(2)) / 2))
