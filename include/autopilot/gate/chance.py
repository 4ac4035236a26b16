"""Whether a model's answers have anything to do with the rows: a permutation test for the first model.

Mixed among the rows, answers that know nothing are as good as before. So a model that knows nothing is among the best
alpha of its own mixtures in a share alpha of the cases, whatever the metric and however few rows it is about (Fisher
1935; Phipson and Smyth 2010 for the one that is added). The bootstrap does not promise that where few answers decide:
four rows called positive, all of them by luck rightly, are four whenever they are drawn.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from include.autopilot.gate.bootstrap import value_of
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import ResampledMetric
from include.autopilot.settings.gate import GateConfig

# So many mixtures tell 2.5 % well; of a large holdout fewer, and at least what tells a chance from a smaller one.
_MIXTURES, _CELLS, _AT_LEAST = 1000, 2 * 10**8, 4
# Sums in another order differ in their last digits.
_SAME = 1e-12


def chance_of(metric: ResampledMetric, challenger: Contender, config: GateConfig) -> float:
    """Return how often answers as good come about by mixing the challenger's own among the rows, 0 to 1."""
    rows = len(challenger.keys)
    mixtures = max(math.ceil(_AT_LEAST / allowed(config)), min(_MIXTURES, _CELLS // rows))
    random = np.random.default_rng(config.seed)
    own = _loss(metric, challenger)
    actual = np.asarray(challenger.actual)
    mixed = (_loss(metric, replace(challenger, actual=random.permutation(actual))) for _ in range(mixtures))
    return (1 + sum(loss <= own + _SAME * abs(own) for loss in mixed)) / (1 + mixtures)


def allowed(config: GateConfig) -> float:
    """Return the share of useless models that the rule may let through: the tail that it allows the interval."""
    beside = 1 - config.confidence
    return beside if config.rule == "bound" else beside / 2


def _loss(metric: ResampledMetric, contender: Contender) -> float:
    return float(metric.loss(np.array(value_of(metric.scorer(contender), len(contender.keys)))))
