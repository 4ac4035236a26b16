"""The metrics of the XGBoost container: XGBoost's own, those the container adds, and how log lines show them.

Names and definitions follow AWS's container (documented under "Tune an XGBoost Model"): `f1` and `*_macro` average over
classes without weights, `f1_binary`, `precision` and `recall` look at class 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes.xgboost.hits import Hits

Score = Callable[[NDArray[Any], NDArray[Any]], float]

MAXIMIZED = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision",
    "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro",
)  # fmt: skip
MINIMIZED = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss",
    "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
)  # fmt: skip
METRIC_NAMES = MAXIMIZED + MINIMIZED
# What `_tuning_objective_metric` takes.
OBJECTIVE_METRICS = tuple(f"validation:{name}" for name in METRIC_NAMES)
# The regexes SageMaker applies to the log of a training job; tabs appear there as #011. AWS's begin with `.*`, which
# finds the same and takes fifteen times as long for each line a job logs.
METRIC_DEFINITIONS: list[dict[str, str]] = [
    {
        "Name": f"{data}:{name}",
        "Regex": rf"\[[0-9]+\].*#011{data}-{name}:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*",
    }
    for data in ("train", "validation")
    for name in METRIC_NAMES
]


def _mse(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    return float(np.mean((truth - predictions) ** 2))


def _r2(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the part of the variance that is told; of a target that does not vary 1 if it is met, else 0."""
    if len(truth) < 2:
        return float("nan")
    left, total = np.sum((truth - predictions) ** 2), np.sum((truth - truth.mean()) ** 2)
    return float(1 - left / total) if total else float(not left)


# To the last bit what scikit-learn's functions return, which check their arguments anew in every round: on a small
# table that takes longer than the training.
_ON_VALUES: dict[str, Score] = {"mse": _mse, "r2": _r2}
_ON_CLASSES: dict[str, Callable[[Hits], float]] = {
    "accuracy": lambda hits: hits.share,
    "balanced_accuracy": lambda hits: float(hits.recall[hits.true > 0].mean()),
    "f1": lambda hits: float(hits.f1.mean()),
    "f1_binary": lambda hits: hits.of_class(1, hits.f1),
    "f1_macro": lambda hits: float(hits.f1.mean()),
    "precision": lambda hits: hits.of_class(1, hits.precision),
    "precision_macro": lambda hits: float(hits.precision.mean()),
    "precision_micro": lambda hits: hits.share,
    "recall": lambda hits: hits.of_class(1, hits.recall),
    "recall_macro": lambda hits: float(hits.recall.mean()),
    "recall_micro": lambda hits: hits.share,
}
CLASSIFICATION_METRICS = (*_ON_CLASSES, "aucpr", "error", "logloss", "merror", "mlogloss")


def base_name(metric: str) -> str:
    """Return the name of a metric without its threshold: `error@0.7` -> `error`."""
    return metric.partition("@")[0]


def split_metrics(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split metric names, each once and in order, into those XGBoost computes itself and those added here."""
    unique = list(dict.fromkeys(names))
    added = [name for name in unique if name in _ON_VALUES or name in _ON_CLASSES]
    return [name for name in unique if name not in added], added


def added_metrics(names: Sequence[str], objective: str) -> Callable[[NDArray[Any], Any], list[tuple[str, float]]]:
    """Return a function for `xgboost.train(custom_metric=...)` that computes `names`.

    XGBoost hands it what `predict` would return: probabilities, classes or values, by objective.
    """
    on_classes, on_values = (any(name in known for name in names) for known in (_ON_CLASSES, _ON_VALUES))

    def compute(predictions: NDArray[Any], data: Any) -> list[tuple[str, float]]:
        truth = data.get_label()
        if on_values:
            _check(truth, predictions)
        scores = {name: float(score(truth, predictions)) for name, score in _ON_VALUES.items() if name in names}
        if on_classes:
            hits = Hits.count(truth, to_classes(predictions, objective))
            scores |= {name: float(score(hits)) for name, score in _ON_CLASSES.items() if name in names}
        return [(name, scores[name]) for name in names]

    return compute


def _check(truth: NDArray[Any], predictions: NDArray[Any]) -> None:
    if predictions.shape != truth.shape:
        raise ValueError(f"mse and r2 are of one number per row, the model answers {predictions.shape}")
    if not np.isfinite(predictions).all():
        raise ValueError("the model answers what is no finite number")


def to_classes(predictions: NDArray[Any], objective: str) -> NDArray[Any]:
    """Turn predictions of a classification objective into class numbers (others stay as they are)."""
    if objective == "multi:softprob":
        return np.asarray(predictions.argmax(axis=-1))
    if objective == "binary:logistic":
        return (predictions > 0.5).astype(int)
    if objective == "binary:logitraw":
        return (predictions > 0).astype(int)
    return predictions
