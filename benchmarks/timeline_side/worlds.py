"""Made-up models whose true metric is known: equal ones, and ones that are better by a given share of the loss.

All models of a world answer the same rows. What they have in common (noise that nobody can predict, rows that are hard
for all) is drawn once; the rest of each model is its own, so that two of equal worth differ by chance as retrained ones
do: the standard error of a gain on 200 rows is 8 % (MSE) to 16 % (AUC) of the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np

from include.autopilot.gate.confusion import Values
from include.autopilot.gate.contender import Contender

_NORMAL = NormalDist()
ROWS = 200
# Of squared errors: what no model can predict, and the variance of what a model adds to it.
_NOISE, _OWN = 1.0, 0.25
# Of two classes: how many are positive, how far they are apart, where they are told apart, and what is hard for all.
_POSITIVE, _APART, _THRESHOLD, _SHARED = 0.3, 1.8, 1.0, 0.8
METRICS = {"MSE": "Minimize", "AUC": "Maximize", "F1": "Maximize"}


def true_loss(metric: str, gain: float) -> float:
    """Return the loss of a model in the population, ``gain`` of the usual one's taken away."""
    return (1 - gain) * _usual(metric)


def models(metric: str, gains: Sequence[float], random: np.random.Generator) -> list[Contender]:
    """Draw one holdout and the answers of models that are truly better than the usual one by these gains."""
    if metric == "MSE":
        return _regressors(gains, random)
    return _classifiers(metric, gains, random)


def _usual(metric: str) -> float:
    return _NOISE + _OWN if metric == "MSE" else _loss_of(metric)(_APART)


def _regressors(gains: Sequence[float], random: np.random.Generator) -> list[Contender]:
    noise = random.normal(0, np.sqrt(_NOISE), ROWS)
    own = [np.sqrt(max(0.0, true_loss("MSE", gain) - _NOISE)) for gain in gains]
    return [_contender(number, noise, random.normal(0, 1, ROWS) * one) for number, one in enumerate(own)]


def _classifiers(metric: str, gains: Sequence[float], random: np.random.Generator) -> list[Contender]:
    actual = (random.random(ROWS) < _POSITIVE).astype(float)
    hard = random.normal(0, np.sqrt(_SHARED), ROWS)
    apart = {gain: _solved(_loss_of(metric), true_loss(metric, gain)) for gain in set(gains)}
    found = []
    for number, gain in enumerate(gains):
        scores = apart[gain] * actual + hard + random.normal(0, np.sqrt(1 - _SHARED), ROWS)
        chances = 1 / (1 + np.exp(-scores))
        answers = (scores > _THRESHOLD).astype(float)
        found.append(_contender(number, actual, answers, np.column_stack([1 - chances, chances])))
    return found


def _loss_of(metric: str) -> Callable[[float], float]:
    """Return the population's loss by how far the classes are apart."""

    def auc(apart: float) -> float:
        return 1 - _NORMAL.cdf(apart / np.sqrt(2))

    def f1(apart: float) -> float:
        found, wrong = _NORMAL.cdf(apart - _THRESHOLD), _NORMAL.cdf(-_THRESHOLD)
        right = _POSITIVE * found
        return 1 - 2 * right / (_POSITIVE + right + (1 - _POSITIVE) * wrong)

    return auc if metric == "AUC" else f1


def _solved(loss: Callable[[float], float], wanted: float) -> float:
    low, high = 0.0, 10.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if loss(middle) > wanted else (low, middle)
    return low


def _contender(number: int, actual: Values, predicted: Values, probabilities: Values | None = None) -> Contender:
    return Contender(f"model {number}", "sealed", _KEYS, actual, predicted, probabilities)


_KEYS = tuple(map(str, range(ROWS)))
