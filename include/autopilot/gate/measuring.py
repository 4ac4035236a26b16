"""One model's metric on some rows with its interval, and that of the best answer that looks at no row."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from include.autopilot.gate.baseline import baseline_of
from include.autopilot.gate.bootstrap import MOST_UNDEFINED, resampled_values, resamples_of, value_of
from include.autopilot.gate.confusion import Scorer
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.settings.gate import GateConfig


@dataclass(frozen=True)
class Measure:
    """A metric on some rows, in units of the metric.

    :param value: None where it is not defined for these rows.
    :param low: the ends of the percentile interval at the gate's confidence; None where many resamples have no value.
    """

    value: float | None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        """Return it for people: the value and, in brackets, its interval."""
        if self.value is None:
            return "not defined"
        return f"{self.value:.4g}" if self.low is None else f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"


@dataclass(frozen=True)
class Measured:
    """What a model is worth on some rows.

    :param model: its own; ``constant``: that of the best answer that looks at no row, ``constant_name`` in words.
    """

    model: Measure
    constant: Measure
    constant_name: str


def measured(metric: str, contender: Contender, config: GateConfig) -> Measured:
    """Measure a model that answered every row.

    :param metric: by Autopilot's name for it.
    :raises GateError: the gate cannot compute it, or it needs probabilities that the model did not give.
    """
    known = resampled_metric(metric)
    constant = baseline_of(known, contender, "these rows")
    rows = len(contender.keys)
    return Measured(
        measure(known.scorer(contender), rows, config), measure(constant.scorer, rows, config), constant.name
    )


def measure(scorer: Scorer, rows: int, config: GateConfig) -> Measure:
    """Measure whatever a scorer scores of so many rows."""
    value = value_of(scorer, rows)
    if not math.isfinite(value):
        return Measure(None)
    resamples = resamples_of(rows, config.resamples)
    values = resampled_values(scorer, rows, resamples, config.seed)
    if len(values) < (1 - MOST_UNDEFINED) * resamples:
        return Measure(value)
    beside = (1 - config.confidence) / 2
    low, high = np.quantile(values, [beside, 1 - beside])
    return Measure(value, float(low), float(high))
