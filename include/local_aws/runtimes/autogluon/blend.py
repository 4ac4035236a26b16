"""How much each member counts: chosen greedily, as AutoGluon does, on predictions for rows a member has not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes.estimators.task import MULTICLASS, REGRESSOR, Task

Numbers = NDArray[np.float64]

_ROUNDS = 25
# A probability of 0 for the class that it was would cost infinitely much.
_LEAST = 1e-9


def weights(task: Task, truth: Numbers, predictions: Mapping[str, Numbers]) -> dict[str, float]:
    """Return a weight per member; they sum to 1, and a member that does not help has none.

    In every round the member is added, once more if need be, with which the mean of all those added is best. Of equal
    ones the first is taken.

    :param truth: a number per row; of classes, the class number.
    :param predictions: per member and row, in the form of the task, made without that row.
    """
    chosen: Counter[str] = Counter()
    total = np.zeros_like(next(iter(predictions.values())))
    best: tuple[float, dict[str, float]] | None = None
    for size in range(1, _ROUNDS + 1):
        losses = {name: loss(task, truth, (total + made) / size) for name, made in predictions.items()}
        name = min(losses, key=lambda one: losses[one])
        chosen[name] += 1
        total = total + predictions[name]
        if best is None or losses[name] < best[0]:
            best = (losses[name], {one: count / size for one, count in sorted(chosen.items())})
    return best[1] if best else {}


def weighted(shares: Mapping[str, float], predictions: Mapping[str, Numbers]) -> Numbers:
    """Return the mean of predictions, each with its member's share."""
    mean: Numbers = np.sum([share * predictions[name] for name, share in shares.items()], axis=0)
    # XGBoost's single precision must not keep the probabilities of a row from summing to 1.
    return mean / mean.sum(axis=1, keepdims=True) if mean.ndim > 1 else mean


def loss(task: Task, truth: Numbers, predictions: Numbers) -> float:
    """Return the mean squared error, or of classes the mean negative logarithm of the true class's probability."""
    if task.predictor == REGRESSOR:
        return float(np.mean((truth - predictions) ** 2))
    classes = truth.astype(int)
    if task.predictor == MULTICLASS:
        chance = predictions[np.arange(len(classes)), classes]
    else:
        chance = np.where(classes == 1, predictions, 1 - predictions)
    return float(-np.log(np.maximum(chance, _LEAST)).mean())
