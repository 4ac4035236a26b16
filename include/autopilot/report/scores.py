"""Compute the metrics of one holdout. scikit-learn does; this module says when a metric is not defined, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn import metrics as sk

from include.autopilot.report.metrics import Metric, metrics_of
from include.autopilot.report.outcome import Classes, Numbers, Outcome

Values = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """A metric's value, or the reason why there is none. Errors of a regression are in units of the target."""

    metric: Metric
    value: float | None
    reason: str | None = None


class _Undefined(Exception):
    """The metric has no value for these rows; the message says why."""


def scores_of(outcome: Outcome, problem_type: str) -> dict[str, Score]:
    """Return every metric of the problem type by its name, in the order in which they are shown.

    :raises ValueError: there are no rows, or not as many predictions as measured values.
    """
    if not outcome.actual or len(outcome.actual) != len(outcome.predicted):
        raise ValueError(f"{len(outcome.actual)} measured values and {len(outcome.predicted)} predictions")
    return {metric.name: _score(metric, outcome) for metric in metrics_of(problem_type)}


def _score(metric: Metric, outcome: Outcome) -> Score:
    try:
        if isinstance(outcome, Numbers):
            value = _OF_NUMBERS[metric.name](np.asarray(outcome.actual), np.asarray(outcome.predicted))
        else:
            _check_needs(metric, outcome)
            value = _OF_CLASSES[metric.name](outcome)
    except _Undefined as reason:
        return Score(metric, None, str(reason))
    return Score(metric, float(value))


def _check_needs(metric: Metric, outcome: Classes) -> None:
    if metric.needs_positive_class and len(outcome.known) != 2:
        raise _Undefined("which of the two classes is the positive one is not known")
    if metric.needs_probabilities and outcome.probabilities is None:
        raise _Undefined("the pipeline answers without probabilities")


def _r2(actual: Values, predicted: Values) -> float:
    _check_varied(actual, "measured")
    return float(sk.r2_score(actual, predicted))


def _spearman(actual: Values, predicted: Values) -> float:
    _check_varied(actual, "measured")
    _check_varied(predicted, "predicted")
    return float(spearmanr(actual, predicted).statistic)


def _check_varied(values: Values, which: str) -> None:
    if not np.ptp(values):
        raise _Undefined("one row only" if len(values) == 1 else f"all {which} values are equal")


def _accuracy(outcome: Classes) -> float:
    return float(sk.accuracy_score(outcome.actual, outcome.predicted))


def _balanced_accuracy(outcome: Classes) -> float:
    """Mean recall of the classes that have rows; scikit-learn's own warns where a prediction has no such class."""
    return float(sk.recall_score(outcome.actual, outcome.predicted, **_macro(outcome, sorted(set(outcome.actual)))))


def _macro(outcome: Classes, labels: list[str]) -> dict[str, object]:
    if len(set(outcome.actual)) == 1:
        raise _Undefined(f"all rows are of one class, {outcome.actual[0]!r}")
    return {"labels": labels, "average": "macro", "zero_division": 0}


def _macro_of(function: Callable[..., float]) -> Callable[[Classes], float]:
    """Return the mean over all classes that occur, measured or predicted."""

    def compute(outcome: Classes) -> float:
        occurring = sorted({*outcome.actual, *outcome.predicted})
        return float(function(outcome.actual, outcome.predicted, **_macro(outcome, occurring)))

    return compute


def _positive(function: Callable[..., float], needs_actual: bool, needs_predicted: bool) -> Callable[[Classes], float]:
    """Return a metric of the positive class, which needs rows that are so, or predicted so, or either."""

    def compute(outcome: Classes) -> float:
        positive = outcome.known[1]
        actual, predicted = positive in outcome.actual, positive in outcome.predicted
        if (needs_actual and not actual) or not (actual or predicted):
            raise _Undefined(f"no row is of the positive class, {positive!r}")
        if needs_predicted and not predicted:
            raise _Undefined(f"no row is predicted as the positive class, {positive!r}")
        return float(function(_is(positive, outcome.actual), _is(positive, outcome.predicted), zero_division=0))

    return compute


def _is(label: str, values: tuple[str, ...]) -> Indices:
    return np.array([value == label for value in values], dtype=np.int64)


def _auc(outcome: Classes) -> float:
    if len(set(outcome.actual)) == 1:
        raise _Undefined(f"all rows are of one class, {outcome.actual[0]!r}")
    return float(sk.roc_auc_score(_is(outcome.known[1], outcome.actual), _probabilities(outcome)[:, 1]))


def _log_loss(outcome: Classes) -> float:
    """Natural logarithm, mean over rows; classes as numbers, because scikit-learn sorts the columns by their names."""
    numbers = [outcome.known.index(label) for label in outcome.actual]
    return float(sk.log_loss(numbers, _probabilities(outcome), labels=range(len(outcome.known))))


def _probabilities(outcome: Classes) -> Values:
    """Return rows that sum to 1 exactly: single precision and averages over folds leave a rest in the last digits."""
    rows = np.asarray(outcome.probabilities, dtype=float)
    scaled: Values = rows / rows.sum(axis=1, keepdims=True)
    return scaled


_OF_NUMBERS: Mapping[str, Callable[[Values, Values], float]] = {
    "MSE": sk.mean_squared_error,
    "RMSE": sk.root_mean_squared_error,
    "MAE": sk.mean_absolute_error,
    "R2": _r2,
    "Spearman": _spearman,
}
_OF_CLASSES: Mapping[str, Callable[[Classes], float]] = {
    "Accuracy": _accuracy,
    "BalancedAccuracy": _balanced_accuracy,
    "F1": _positive(sk.f1_score, needs_actual=False, needs_predicted=False),
    "Precision": _positive(sk.precision_score, needs_actual=False, needs_predicted=True),
    "Recall": _positive(sk.recall_score, needs_actual=True, needs_predicted=False),
    "AUC": _auc,
    "F1macro": _macro_of(sk.f1_score),
    "PrecisionMacro": _macro_of(sk.precision_score),
    "RecallMacro": _macro_of(sk.recall_score),
    "LogLoss": _log_loss,
}
