"""Metrics of many resamples at once.

A resample is a row of counts: how often each row of the holdout was drawn. A metric that is a function of means is then
one matrix product, and the area under the ROC curve is one cumulative sum in the order of the scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from include.autopilot.errors import GateError
from include.autopilot.gate.contender import Contender

Values = NDArray[np.float64]
Scorer = Callable[[Values], Values]
"""Takes counts (one line per resample) and returns the metric of each; NaN where it is not defined."""


@dataclass(frozen=True)
class ResampledMetric:
    """A metric by Autopilot's name.

    :param best: the value of a perfect model. 0 is approached from above (an error), 1 from below (a score).
    :param regression: whether the answers are numbers, not classes.
    """

    name: str
    best: float
    regression: bool
    scorer: Callable[[Contender], Scorer]

    @property
    def direction(self) -> str:
        """Minimize or Maximize, as Autopilot says it."""
        return "Maximize" if self.best else "Minimize"

    def loss(self, value: Values) -> Values:
        """Return the distance to the best value: smaller is better, whatever the direction."""
        return np.asarray(self.best - value if self.best else value, dtype=float)


def resampled_metric(name: str) -> ResampledMetric:
    """Return a metric by Autopilot's name for it.

    :raises GateError: the gate cannot compute it.
    """
    wanted = name.lower()
    found = next((metric for metric in _METRICS if metric.name.lower() == wanted), None)
    if found is None:
        known = ", ".join(metric.name for metric in _METRICS)
        raise GateError(f"The gate cannot judge by metric {name!r}. Name one of these as the gate's metric: {known}.")
    return found


def _mean_scorer(columns: Values, finish: Callable[[Values], Values]) -> Scorer:
    def score(counts: Values) -> Values:
        with np.errstate(divide="ignore", invalid="ignore"):
            means: Values = counts @ columns / counts.sum(axis=1, keepdims=True)
            return finish(means)

    return score


def _errors(contender: Contender) -> Values:
    errors: Values = np.asarray(contender.predicted, dtype=float) - np.asarray(contender.actual, dtype=float)
    return errors


def _of_error(column: Callable[[Values], Values], finish: Callable[[Values], Values]) -> Callable[[Contender], Scorer]:
    return lambda contender: _mean_scorer(column(_errors(contender))[:, None], lambda means: finish(means[:, 0]))


def _r2(contender: Contender) -> Scorer:
    actual = np.asarray(contender.actual, dtype=float)
    centred = actual - actual.mean()  # a variance from means of squares loses digits far from zero
    columns = np.column_stack([_errors(contender) ** 2, centred, centred**2])

    def finish(means: Values) -> Values:
        variance = means[:, 2] - means[:, 1] ** 2
        return np.where(variance > 0, 1 - means[:, 0] / variance, np.nan)

    return _mean_scorer(columns, finish)


def _log_loss(contender: Contender) -> Scorer:
    rows = _probabilities(contender)
    chosen = rows[np.arange(len(rows)), np.asarray(contender.actual, dtype=int)] / rows.sum(axis=1)
    # Clipped as scikit-learn does: a probability of 0 for what happened would outweigh everything else.
    losses = -np.log(np.clip(chosen, np.finfo(float).eps, 1))
    return _mean_scorer(losses[:, None], lambda means: means[:, 0])


def _probabilities(contender: Contender) -> Values:
    if contender.probabilities is None:
        raise GateError(f"{contender.model} answered without probabilities, which this metric needs. Name another one.")
    return np.asarray(contender.probabilities, dtype=float)


def _of_confusion(finish: Callable[[Values], Values]) -> Callable[[Contender], Scorer]:
    """Return a metric of the confusion matrix: shares of rows per (resample, measured class, predicted class)."""

    def scorer(contender: Contender) -> Scorer:
        actual, predicted = (np.asarray(column, dtype=int) for column in (contender.actual, contender.predicted))
        classes = max(2, int(max(actual.max(), predicted.max())) + 1)
        columns = np.eye(classes * classes)[actual * classes + predicted]
        return _mean_scorer(columns, lambda means: finish(means.reshape(-1, classes, classes)))

    return scorer


def _parts(confusion: Values) -> tuple[Values, Values, Values]:
    """Return right answers, measured rows and predicted rows, each per resample and class."""
    return np.diagonal(confusion, axis1=1, axis2=2), confusion.sum(axis=2), confusion.sum(axis=1)


def _share(right: Values, of: Values) -> Values:
    return np.divide(right, of, out=np.zeros_like(right), where=of > 0)


def _recall(confusion: Values) -> Values:
    right, measured, _ = _parts(confusion)
    return _share(right, measured)


def _precision(confusion: Values) -> Values:
    right, _, predicted = _parts(confusion)
    return _share(right, predicted)


def _f1(confusion: Values) -> Values:
    right, measured, predicted = _parts(confusion)
    return _share(2 * right, measured + predicted)


def _positive(per_class: Callable[[Values], Values]) -> Callable[[Values], Values]:
    return lambda confusion: per_class(confusion)[:, 1]


def _macro(per_class: Callable[[Values], Values]) -> Callable[[Values], Values]:
    """Return the mean over the classes that occur in a resample, measured or predicted."""

    def finish(confusion: Values) -> Values:
        _, measured, predicted = _parts(confusion)
        occurs = (measured + predicted) > 0
        return np.asarray((per_class(confusion) * occurs).sum(axis=1) / occurs.sum(axis=1), dtype=float)

    return finish


def _balanced(confusion: Values) -> Values:
    occurs = confusion.sum(axis=2) > 0
    return np.asarray((_recall(confusion) * occurs).sum(axis=1) / occurs.sum(axis=1), dtype=float)


def _accuracy(confusion: Values) -> Values:
    return np.asarray(_parts(confusion)[0].sum(axis=1), dtype=float)


def _auc(contender: Contender) -> Scorer:
    """Return the share of (positive, negative) pairs in the right order, ties counting half (Mann and Whitney 1947)."""
    scores = _probabilities(contender)[:, 1]
    order = np.argsort(scores, kind="stable")
    ordered, positive = scores[order], np.asarray(contender.actual)[order] == 1
    first = np.searchsorted(ordered, ordered, side="left")
    last = np.searchsorted(ordered, ordered, side="right")

    def score(counts: Values) -> Values:
        drawn = counts[:, order]
        before = np.zeros((len(drawn), len(order) + 1))
        np.cumsum(drawn * ~positive, axis=1, out=before[:, 1:])
        wins = (drawn * positive * (before[:, first] + before[:, last]) / 2).sum(axis=1)
        pairs = (drawn * positive).sum(axis=1) * before[:, -1]
        shares: Values = np.divide(wins, pairs, out=np.full(len(drawn), np.nan), where=pairs > 0)
        return shares

    return score


_METRICS = (
    ResampledMetric("MSE", 0, True, _of_error(np.square, lambda means: means)),
    ResampledMetric("RMSE", 0, True, _of_error(np.square, np.sqrt)),
    ResampledMetric("MAE", 0, True, _of_error(np.abs, lambda means: means)),
    ResampledMetric("R2", 1, True, _r2),
    ResampledMetric("Accuracy", 1, False, _of_confusion(_accuracy)),
    ResampledMetric("BalancedAccuracy", 1, False, _of_confusion(_balanced)),
    ResampledMetric("F1", 1, False, _of_confusion(_positive(_f1))),
    ResampledMetric("Precision", 1, False, _of_confusion(_positive(_precision))),
    ResampledMetric("Recall", 1, False, _of_confusion(_positive(_recall))),
    ResampledMetric("F1macro", 1, False, _of_confusion(_macro(_f1))),
    ResampledMetric("PrecisionMacro", 1, False, _of_confusion(_macro(_precision))),
    ResampledMetric("RecallMacro", 1, False, _of_confusion(_macro(_recall))),
    ResampledMetric("AUC", 1, False, _auc),
    ResampledMetric("LogLoss", 0, False, _log_loss),
)
