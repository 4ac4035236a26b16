"""Compute the metrics of one holdout. scikit-learn does; this module says when a metric is not defined, and why.

A value is a number or there is none: what is infinite is of answers so absurd that no number measures them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn import metrics as sk

from include.autopilot.base.metrics import Metric, metrics_of
from include.autopilot.evaluation.outcome import NO_LABEL, Classes, Numbers, Outcome

Values = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """A metric's value, or the reason why there is none. Errors of a regression are in units of the target."""

    metric: Metric
    value: float | None
    reason: str | None = None


TOO_LARGE = "the errors are too large for a number"


class _Undefined(Exception):
    """The metric has no value for these rows; the message says why."""


def scores_of(outcome: Outcome, problem_type: str) -> dict[str, Score]:
    """Return every metric of the problem type by its name, in the order in which they are shown.

    Where a row has no answer, no metric has a value: leaving the row out would flatter the model.

    :raises ValueError: there are no rows, or not as many predictions as measured values.
    """
    if not outcome.actual or len(outcome.actual) != len(outcome.predicted):
        raise ValueError(f"{len(outcome.actual)} measured values and {len(outcome.predicted)} predictions")
    missing = _unanswered(outcome)
    if missing:
        return without_scores(problem_type, f"{missing} of {len(outcome.actual)} rows have no answer")
    rows = _Numbers.of(outcome) if isinstance(outcome, Numbers) else _Classes.of(outcome)
    return {metric.name: _score(metric, rows) for metric in metrics_of(problem_type)}


def without_scores(problem_type: str, reason: str) -> dict[str, Score]:
    """Return every metric of the problem type as one that has no value, for one reason."""
    return {metric.name: Score(metric, None, reason) for metric in metrics_of(problem_type)}


def _unanswered(outcome: Outcome) -> int:
    """Return how many rows were not answered."""
    if isinstance(outcome, Numbers):
        missing = ~np.isfinite(np.asarray(outcome.predicted, dtype=float))
    else:
        missing = np.fromiter((label == NO_LABEL for label in outcome.predicted), bool, len(outcome.predicted))
        if outcome.probabilities is not None:
            missing |= ~np.isfinite(np.asarray(outcome.probabilities, dtype=float)).all(axis=1)
    return int(missing.sum())


@dataclass(frozen=True)
class _Numbers:
    """Numbers as scikit-learn takes them without a copy."""

    actual: Values
    predicted: Values

    @classmethod
    def of(cls, outcome: Numbers) -> _Numbers:
        return cls(np.asarray(outcome.actual, dtype=float), np.asarray(outcome.predicted, dtype=float))


@dataclass(frozen=True)
class _Classes:
    """Classes by their numbers, which are a tenth of their names' size.

    :param names: every class that occurs; of a known one the number is its class index.
    :param known: how many are known.
    """

    names: tuple[str, ...]
    known: int
    actual: Indices
    predicted: Indices
    probabilities: Values | None

    @classmethod
    def of(cls, outcome: Classes) -> _Classes:
        others = sorted({*outcome.actual, *outcome.predicted} - set(outcome.known))
        names = (*outcome.known, *others)
        number = {name: place for place, name in enumerate(names)}
        actual, predicted = (
            np.fromiter((number[label] for label in labels), np.int64, len(labels))
            for labels in (outcome.actual, outcome.predicted)
        )
        probabilities = None
        if outcome.probabilities is not None:
            # They sum to 1 exactly then: single precision and averages over folds leave a rest in the last digits.
            rows = np.asarray(outcome.probabilities, dtype=float)
            probabilities = rows / rows.sum(axis=1, keepdims=True)
        return cls(names, len(outcome.known), actual, predicted, probabilities)

    @property
    def only(self) -> str | None:
        """The class of all rows; None where there are several."""
        found = np.unique(self.actual)
        return self.names[found[0]] if len(found) == 1 else None


def _score(metric: Metric, rows: _Numbers | _Classes) -> Score:
    try:
        # What overflows is infinite then, and told as that.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if isinstance(rows, _Numbers):
                value = _OF_NUMBERS[metric.name](rows.actual, rows.predicted)
            else:
                _check_needs(metric, rows)
                value = _OF_CLASSES[metric.name](rows)
    except _Undefined as reason:
        return Score(metric, None, str(reason))
    return Score(metric, float(value)) if np.isfinite(value) else Score(metric, None, TOO_LARGE)


def _check_needs(metric: Metric, rows: _Classes) -> None:
    if metric.needs_positive_class and rows.known != 2:
        raise _Undefined("which of the two classes is the positive one is not known")
    if metric.needs_probabilities and rows.probabilities is None:
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


def _accuracy(rows: _Classes) -> float:
    return float(sk.accuracy_score(rows.actual, rows.predicted))


def _balanced_accuracy(rows: _Classes) -> float:
    """Mean recall of the classes that have rows; scikit-learn's own warns where a prediction has no such class."""
    return float(sk.recall_score(rows.actual, rows.predicted, **_macro(rows, np.unique(rows.actual))))


def _macro(rows: _Classes, labels: Indices) -> dict[str, object]:
    if rows.only is not None:
        raise _Undefined(f"all rows are of one class, {rows.only!r}")
    return {"labels": labels, "average": "macro", "zero_division": 0}


def _macro_of(function: Callable[..., float]) -> Callable[[_Classes], float]:
    """Return the mean over all classes that occur, measured or predicted."""

    def compute(rows: _Classes) -> float:
        occurring = np.union1d(rows.actual, rows.predicted)
        return float(function(rows.actual, rows.predicted, **_macro(rows, occurring)))

    return compute


def _positive(function: Callable[..., float], needs_actual: bool, needs_predicted: bool) -> Callable[[_Classes], float]:
    """Return a metric of the positive class, which needs rows that are so, or predicted so, or either."""

    def compute(rows: _Classes) -> float:
        positive = rows.names[1]
        actual, predicted = rows.actual == 1, rows.predicted == 1
        if (needs_actual and not actual.any()) or not (actual.any() or predicted.any()):
            raise _Undefined(f"no row is of the positive class, {positive!r}")
        if needs_predicted and not predicted.any():
            raise _Undefined(f"no row is predicted as the positive class, {positive!r}")
        return float(function(actual, predicted, zero_division=0))

    return compute


def _auc(rows: _Classes) -> float:
    if rows.only is not None:
        raise _Undefined(f"all rows are of one class, {rows.only!r}")
    return float(sk.roc_auc_score(rows.actual == 1, _chances(rows)[:, 1]))


def _log_loss(rows: _Classes) -> float:
    """Natural logarithm, mean over rows; classes as numbers, because scikit-learn sorts the columns by their names."""
    return float(sk.log_loss(rows.actual, _chances(rows), labels=range(rows.known)))


def _chances(rows: _Classes) -> Values:
    assert rows.probabilities is not None, "a metric that needs them is not asked without"  # noqa: S101
    return rows.probabilities


_OF_NUMBERS: Mapping[str, Callable[[Values, Values], float]] = {
    "MSE": sk.mean_squared_error,
    "RMSE": sk.root_mean_squared_error,
    "MAE": sk.mean_absolute_error,
    "R2": _r2,
    "Spearman": _spearman,
}
_OF_CLASSES: Mapping[str, Callable[[_Classes], float]] = {
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
