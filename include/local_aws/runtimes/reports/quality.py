"""How good a candidate's answers are, in the shape of Model Monitor's model quality statistics.

Names, the standard deviation (of five samples of four fifths of the rows, from 200 rows on) and "NaN" for what cannot
be computed are as AWS documents them under "Model Quality Metrics".
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics
from sklearn.exceptions import UndefinedMetricWarning

from include.local_aws.runtimes.xgboost.hits import Hits

Numbers = NDArray[np.float64]
Values = dict[str, float]

REGRESSION, BINARY = "Regression", "BinaryClassification"
_SAMPLES, _SHARE, _LEAST_ROWS = 5, 0.8, 200
_BETAS = {"f0_5": 0.5, "f1": 1.0, "f2": 2.0}
_POINTS = 200  # that a curve is drawn with at most


@dataclass(frozen=True)
class Answers:
    """What a candidate answered for rows that it had not learnt from.

    :param truth: per row the target, of classes their numbers.
    :param scores: per row the number predicted, the probability of class 1 or, of several classes, of that predicted.
    :param predicted: the numbers of the classes predicted; of a regression the scores.
    """

    truth: Numbers
    scores: Numbers
    predicted: Numbers

    def take(self, rows: NDArray[np.int64]) -> Answers:
        """Return those of some rows."""
        return Answers(self.truth[rows], self.scores[rows], self.predicted[rows])


def statistics(problem_type: str, labels: list[str], answers: Answers) -> dict[str, Any]:
    """Return the statistics.

    :param problem_type: as AutoML jobs name it.
    :param labels: the classes by their number.
    """
    if problem_type == REGRESSION:
        name, measure, more = "regression_metrics", _of_numbers, dict[str, Any]()
    else:
        more = {"confusion_matrix": _confusion(labels, answers)}
        name, measure = "multiclass_classification_metrics", _of_several
        if problem_type == BINARY:
            name, measure, more = "binary_classification_metrics", _of_two, more | _curves(answers)
    return {
        "version": 0.0,
        "dataset": {"item_count": len(answers.truth)},
        name: more | _with_deviation(measure, answers),
    }


def _with_deviation(measure: Callable[[Answers], Values], answers: Answers) -> dict[str, Any]:
    rows, generator = len(answers.truth), np.random.default_rng(0)
    size = int(_SHARE * rows) if rows >= _LEAST_ROWS else 0
    samples = [
        measure(answers.take(generator.choice(rows, size, replace=False))) for _ in range(_SAMPLES if size else 0)
    ]
    return {
        name: {
            "value": _told(value),
            "standard_deviation": _told(np.std([sample[name] for sample in samples]) if samples else np.nan),
        }
        for name, value in measure(answers).items()
    }


def _told(value: Any) -> float | str:
    return float(value) if np.isfinite(value) else "NaN"


def _of_numbers(answers: Answers) -> Values:
    mse = metrics.mean_squared_error(answers.truth, answers.scores)
    return {
        "mae": metrics.mean_absolute_error(answers.truth, answers.scores),
        "mse": mse,
        "rmse": mse**0.5,
        "r2": metrics.r2_score(answers.truth, answers.scores),
    }


def _of_two(answers: Answers) -> Values:
    hits = Hits.count(answers.truth, answers.predicted)
    positive, negative = hits.of_class(1, hits.recall), hits.of_class(0, hits.recall)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # of one class only it is NaN, and told so
        area = metrics.roc_auc_score(answers.truth, answers.scores)
    rates = {
        "true_positive_rate": positive,
        "true_negative_rate": negative,
        "false_positive_rate": 1 - negative,
        "false_negative_rate": 1 - positive,
        "auc": area,
    }
    return rates | _beside_constant(answers, _of_class_1)


def _of_several(answers: Answers) -> Values:
    return _beside_constant(answers, _weighted)


def _of_class_1(hits: Hits) -> Values:
    found = {"recall": hits.recall, "precision": hits.precision} | _f_scores(hits)
    return {"accuracy": hits.share} | {name: hits.of_class(1, values) for name, values in found.items()}


def _weighted(hits: Hits) -> Values:
    found = {"recall": hits.recall, "precision": hits.precision} | _f_scores(hits)
    share = hits.true / hits.true.sum()
    return {"accuracy": hits.share} | {f"weighted_{name}": float(values @ share) for name, values in found.items()}


def _f_scores(hits: Hits) -> dict[str, Numbers]:
    return {name: hits.f(beta) for name, beta in _BETAS.items()}


def _beside_constant(answers: Answers, scores: Callable[[Hits], Values]) -> Values:
    """Return the scores, and the best of each that the same answer for every row would get."""
    constant = [
        scores(Hits.count(answers.truth, np.full(len(answers.truth), number))) for number in np.unique(answers.truth)
    ]
    found = scores(Hits.count(answers.truth, answers.predicted))
    best = {f"{name}_best_constant_classifier": max(one[name] for one in constant) for name in found}
    return found | best


def _confusion(labels: list[str], answers: Answers) -> dict[str, dict[str, int]]:
    counts = metrics.confusion_matrix(answers.truth, answers.predicted, labels=range(len(labels)))
    return {label: dict(zip(labels, map(int, row), strict=True)) for label, row in zip(labels, counts, strict=True)}


def _curves(answers: Answers) -> dict[str, Any]:
    if len(set(answers.truth)) < 2:
        return {}
    false, true, _ = metrics.roc_curve(answers.truth, answers.scores)
    precisions, recalls, _ = metrics.precision_recall_curve(answers.truth, answers.scores)
    return {
        "receiver_operating_characteristic_curve": {
            "false_positive_rates": _thinned(false),
            "true_positive_rates": _thinned(true),
        },
        "precision_recall_curve": {"precisions": _thinned(precisions[::-1]), "recalls": _thinned(recalls[::-1])},
    }


def _thinned(points: Numbers) -> list[float]:
    at = np.unique(np.linspace(0, len(points) - 1, _POINTS).astype(int))
    thinned: list[float] = points[at].tolist()
    return thinned
