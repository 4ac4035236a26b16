"""What the numbers of a comparison say by the rule: promote or keep, and why."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from include.autopilot.gate.resampled import ResampledMetric
from include.autopilot.gate.tail import likely_gain
from include.autopilot.gate.verdict import Comparison, Decision, Reason
from include.autopilot.settings.gate import GateConfig


def decide(
    found: Comparison, metric: ResampledMetric, first: bool, rows: int, config: GateConfig
) -> tuple[Decision, Reason]:
    """Return what the numbers say.

    :param first: whether the opponent is a baseline.
    :param rows: of the holdout.
    """
    if rows < config.min_holdout_rows:
        return "keep", "too_few_rows"
    if found.relative_gain is not None and _passes(found, found.relative_gain, metric, config):
        return "promote", "first_model" if first else "better"
    if first:
        return "keep", "no_better_than_baseline"
    if found.gain == 0:
        return "keep", "tie"
    if found.high < 0:
        return "keep", "worse"
    too_small = found.relative_gain is not None and 0 < found.relative_gain < config.min_relative_change
    return "keep", "too_small" if too_small else "uncertain"


def _passes(found: Comparison, relative: float, metric: ResampledMetric, config: GateConfig) -> bool:
    if relative < config.min_relative_change or found.gain <= 0:
        return False
    return _margin(found, metric, config) > 0


def _margin(found: Comparison, metric: ResampledMetric, config: GateConfig) -> float:
    """Return what the rule wants above zero, besides the gain itself."""
    tolerated = config.max_relative_loss * float(metric.loss(np.array(found.champion)))
    margins = {
        "interval": found.low,
        "bound": found.bound,
        "non_inferior": found.low + tolerated,
        "point": math.inf,
    }
    return margins[config.rule]


def with_likely_gain(found: Comparison, metric: ResampledMetric, config: GateConfig) -> Comparison:
    """Return a winner's numbers with its gain without the luck of the winner."""
    loss, tail = float(metric.loss(np.array(found.champion))), (1 - (found.level or 0)) / 2
    needed = max(found.gain - _margin(found, metric, config), config.min_relative_change * loss)
    return replace(found, likely_gain=likely_gain(found.gain, found.low, needed, tail))
