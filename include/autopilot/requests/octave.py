"""Where a retune looks: an octave around the winner's hyperparameters, from half of each value to twice of it.

Which hyperparameters of Amazon's algorithms may be tuned, and between which values they are legal, is what the
algorithms' pages say under "Tune". All others stay as the winner has them: words, seeds, sizes of the data, a zero.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from include.autopilot.template.projection import Request

# SageMaker tells a training by this one what its tuning job is for, and puts it in by itself.
OBJECTIVE = "_tuning_objective_metric"


@dataclass(frozen=True)
class Legal:
    """Which values a hyperparameter may have."""

    low: float
    high: float
    whole: bool = False


_POSITIVE = math.inf
_TUNABLE: Mapping[str, Mapping[str, Legal]] = {
    "xgboost": {
        "alpha": Legal(0, 1000),
        "colsample_bylevel": Legal(0.1, 1),
        "colsample_bynode": Legal(0.1, 1),
        "colsample_bytree": Legal(0.1, 1),
        "eta": Legal(0.001, 1),
        "gamma": Legal(0, _POSITIVE),
        "lambda": Legal(0, 1000),
        "max_delta_step": Legal(1, 10, whole=True),
        "max_depth": Legal(1, 20, whole=True),
        "min_child_weight": Legal(0, 120),
        "num_round": Legal(1, 4000, whole=True),
        "subsample": Legal(0.1, 1),
    },
    "linear-learner": {
        "l1": Legal(1e-7, 1),
        "learning_rate": Legal(1e-5, 1),
        "mini_batch_size": Legal(16, 100_000, whole=True),
        "positive_example_weight_mult": Legal(1e-5, 1e5),
        "wd": Legal(1e-7, 1),
    },
    "mlp": {
        "dropout_prob": Legal(1e-3, 0.9),
        "learning_rate": Legal(1e-6, 1),
        "mini_batch_size": Legal(8, 10_000, whole=True),
        "weight_decay": Legal(1e-12, 1),
    },
}


def around(algorithm: str | None, winner: Mapping[str, str]) -> tuple[Request, dict[str, str]]:
    """Return the ParameterRanges of a tuning job, and the hyperparameters that stay as they are.

    Scales are logarithmic, so that half and twice of a value are equally far away.

    :param algorithm: by Autopilot's name for it; None: one of which nothing is known, and then all stay.
    :param winner: the hyperparameters of its training.
    """
    whole: list[Request] = []
    real: list[Request] = []
    static = {name: value for name, value in winner.items() if name != OBJECTIVE}
    for name, legal in sorted(_TUNABLE.get(algorithm or "", {}).items()):
        found = _octave(legal, winner[name]) if name in winner else None
        if found is not None:
            low, high = found
            entry = {"Name": name, "MinValue": low, "MaxValue": high, "ScalingType": "Logarithmic"}
            (whole if legal.whole else real).append(entry)
            del static[name]
    ranges = {"IntegerParameterRanges": whole, "ContinuousParameterRanges": real}
    return {member: entries for member, entries in ranges.items() if entries}, static


def combinations(ranges: Request) -> int:
    """Return how many different trainings there are in ranges of :func:`around`: without end where one is real."""
    if ranges.get("ContinuousParameterRanges"):
        return sys.maxsize
    return math.prod(int(one["MaxValue"]) - int(one["MinValue"]) + 1 for one in ranges["IntegerParameterRanges"])


def _octave(legal: Legal, text: str) -> tuple[str, str] | None:
    """Return the ends of a range as texts; None where there is none: a word such as auto, a zero, one value only."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value) or value <= 0:
        return None
    # The winner's own value is always in its range, whatever its search took it from.
    low, high = max(value / 2, min(legal.low, value)), min(2 * value, max(legal.high, value))
    if legal.whole:
        low, high = math.ceil(low), math.floor(high)
        return (str(low), str(high)) if low < high else None
    return (f"{low:.6g}", f"{high:.6g}") if low < high < math.inf else None
