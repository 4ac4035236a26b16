"""Metrics of many resamples at once.

A resample is a row of counts: how often each row of the holdout was drawn. A metric that is a function of means is then
one matrix product, and the area under the ROC curve is one cumulative sum in the order of the scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from include.autopilot.base.errors import GateError
from include.autopilot.base.metrics import REGRESSION, Metric, metric_named
from include.autopilot.gate import confusion
from include.autopilot.gate.confusion import Finish, Scorer, Values, confusion_scorer
from include.autopilot.gate.contender import Contender


@dataclass(frozen=True)
class ResampledMetric:
    """How the gate computes a metric; what else there is to know of it is in the table of metrics.

    :param finish: of a metric of the confusion matrix, what makes the metric of it; None of any other.
    :param losses: what each row adds to the loss, up to a factor that keeps it finite; None where rows do not add up.
    """

    name: str
    scorer: Callable[[Contender], Scorer]
    finish: Finish | None = None
    losses: Callable[[Contender], Values] | None = None

    @property
    def known(self) -> Metric:
        """The metric."""
        return metric_named(self.name)

    @property
    def regression(self) -> bool:
        """Whether the answers are numbers, not classes."""
        return REGRESSION in self.known.problem_types

    def loss(self, value: Values) -> Values:
        """Return the distance to the best value: smaller is better, whatever the direction.

        What is minimised is an error, which is approached from above 0, and what is maximised a score, from below 1.
        """
        return np.asarray(value if self.known.direction == "Minimize" else 1 - value, dtype=float)


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


def too_large(contender: Contender) -> bool:
    """Whether a regression's errors are too large for the sum of their squares."""
    with np.errstate(over="ignore"):
        return not np.isfinite(_squares(contender).sum())


def _of_confusion(name: str, finish: Finish) -> ResampledMetric:
    return ResampledMetric(name, lambda one: confusion_scorer(one.actual, one.predicted, finish), finish)


def _mean_scorer(columns: Values, finish: Callable[[Values], Values]) -> Scorer:
    def score(counts: Values) -> Values:
        # An error too large for its square is infinite: then the metric is not defined, which is for others to say.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            means: Values = counts @ columns / counts.sum(axis=1, keepdims=True)
            return finish(means)

    return score


def _errors(contender: Contender) -> Values:
    with np.errstate(over="ignore"):
        errors: Values = np.asarray(contender.predicted, dtype=float) - np.asarray(contender.actual, dtype=float)
    return errors


def _squares(contender: Contender) -> Values:
    with np.errstate(over="ignore"):
        return np.asarray(np.square(_errors(contender)), dtype=float)


def _sizes(contender: Contender) -> Values:
    return np.asarray(np.abs(_errors(contender)), dtype=float)


def _of_error(
    column: Callable[[Contender], Values], finish: Callable[[Values], Values]
) -> Callable[[Contender], Scorer]:
    return lambda contender: _mean_scorer(column(contender)[:, None], lambda means: finish(means[:, 0]))


def _to_the(power: int) -> Callable[[Contender], Values]:
    """Return what makes the rows' losses of errors: as shares of the largest one, so that their squares are finite."""

    def losses(contender: Contender) -> Values:
        sizes = np.abs(np.asarray(contender.predicted, dtype=float) / 2 - np.asarray(contender.actual, dtype=float) / 2)
        return np.asarray((sizes / (sizes.max() or 1.0)) ** power, dtype=float)

    return losses


def _r2(contender: Contender) -> Scorer:
    actual = np.asarray(contender.actual, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        centred = actual - actual.mean()  # a variance from means of squares loses digits far from zero
        columns = np.column_stack([_squares(contender), centred, centred**2])

    def finish(means: Values) -> Values:
        variance = means[:, 2] - means[:, 1] ** 2
        return np.where(variance > 0, 1 - means[:, 0] / variance, np.nan)

    return _mean_scorer(columns, finish)


def _log_loss(contender: Contender) -> Scorer:
    return _mean_scorer(_surprises(contender)[:, None], lambda means: means[:, 0])


def _surprises(contender: Contender) -> Values:
    rows = _probabilities(contender)
    chosen = rows[np.arange(len(rows)), np.asarray(contender.actual, dtype=int)] / rows.sum(axis=1)
    # Clipped as scikit-learn does: a probability of 0 for what happened would outweigh everything else.
    return np.asarray(-np.log(np.clip(chosen, np.finfo(float).eps, 1)), dtype=float)


def _probabilities(contender: Contender) -> Values:
    if contender.probabilities is None:
        raise GateError(f"{contender.model} answered without probabilities, which this metric needs. Name another one.")
    return np.asarray(contender.probabilities, dtype=float)


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
    ResampledMetric("MSE", _of_error(_squares, lambda means: means), losses=_to_the(2)),
    ResampledMetric("RMSE", _of_error(_squares, np.sqrt), losses=_to_the(2)),
    ResampledMetric("MAE", _of_error(_sizes, lambda means: means), losses=_to_the(1)),
    ResampledMetric("R2", _r2, losses=_to_the(2)),
    _of_confusion("Accuracy", confusion.accuracy),
    _of_confusion("BalancedAccuracy", confusion.balanced),
    _of_confusion("F1", confusion.positive(confusion.f1)),
    _of_confusion("Precision", confusion.positive(confusion.precision)),
    _of_confusion("Recall", confusion.positive(confusion.recall)),
    _of_confusion("F1macro", confusion.macro(confusion.f1)),
    _of_confusion("PrecisionMacro", confusion.macro(confusion.precision)),
    _of_confusion("RecallMacro", confusion.macro(confusion.recall)),
    ResampledMetric("AUC", _auc),
    ResampledMetric("LogLoss", _log_loss, losses=_surprises),
)
