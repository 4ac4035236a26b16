"""The metrics of linear-learner's kind of container: their names, what they measure, and how log lines show them.

Names and the form of the log lines are AWS's (documented under "Tune a linear learner model"). `r2` and, for two
classes, `balanced_accuracy` are names that are not in that list; Autopilot has objectives that need them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from include.local_aws.runtimes.estimators.task import BINARY, MULTICLASS, REGRESSOR, Task

Scores = dict[str, float]

_DATA = ("train", "validation", "test")
_LOSSES = ("objective_loss", "mse", "rmse", "absolute_loss")
_OBJECTIVES = {
    REGRESSOR: "mse_objective",
    BINARY: "binary_classification_cross_entropy_objective",
    MULTICLASS: "multiclass_cross_entropy_objective",
}
NAMES: dict[str, tuple[str, ...]] = {
    REGRESSOR: ("objective_loss", "mse", "rmse", "absolute_loss", "r2"),
    BINARY: (
        "objective_loss",
        "binary_classification_accuracy",
        "binary_f_beta",
        "precision",
        "recall",
        "roc_auc_score",
        "balanced_accuracy",
    ),
    MULTICLASS: (
        "objective_loss",
        "multiclass_accuracy",
        "multiclass_top_k_accuracy",
        "macro_f_beta",
        "macro_precision",
        "macro_recall",
    ),
}


def metric_names() -> list[str]:
    """Return every metric once."""
    return list(dict.fromkeys(name for names in NAMES.values() for name in names))


@dataclass(frozen=True)
class _Shown:
    """How a metric stands in a log line; `pattern` finds it whatever its F's beta or top k is."""

    text: str
    pattern: str
    kind: str


def _shown(name: str, task: Task) -> _Shown:
    kind = "loss" if name in _LOSSES else "score"
    if name == "objective_loss":
        return _Shown(_OBJECTIVES[task.predictor], r"\S+_objective", kind)
    if name in ("binary_f_beta", "macro_f_beta"):
        stem = name.removesuffix("beta")
        return _Shown(f"{stem}{task.f_beta:.3f}", rf"{stem}\S+", kind)
    if name == "multiclass_top_k_accuracy":
        return _Shown(f"{name}_{task.top_k}", rf"{name}_\S+", kind)
    return _Shown(name, name, kind)


def _definition(data: str, name: str) -> dict[str, str]:
    shown = _shown(name, Task(REGRESSOR))
    regex = rf"#quality_metric: host=\S+, {data} {shown.pattern} <{shown.kind}>=(\S+)"
    return {"Name": f"{data}:{name}", "Regex": regex}


# The regexes SageMaker applies to the log of a training job.
METRIC_DEFINITIONS = [_definition(data, name) for data in _DATA for name in metric_names()]


def log_lines(data: str, scores: Mapping[str, float], task: Task) -> list[str]:
    """Return one log line per metric of `train`, `validation` or `test` data."""
    found = ((_shown(name, task), value) for name, value in scores.items())
    return [f"#quality_metric: host=algo-1, {data} {one.text} <{one.kind}>={value:.9g}" for one, value in found]


def mean(several: Iterable[Scores]) -> Scores:
    """Return the mean of each metric over the folds that have it."""
    values: dict[str, list[float]] = {}
    for scores in several:
        for name, value in scores.items():
            values.setdefault(name, []).append(value)
    return {name: float(np.mean(found)) for name, found in values.items()}


def score(task: Task, truth: NDArray[np.float64], predictions: NDArray[np.float64], threshold: float) -> Scores:
    """Return the metrics of predictions (see :class:`~.task.Task` for their form).

    :param threshold: the probability from which on a row counts as class 1.
    """
    if task.predictor == REGRESSOR:
        return _of_numbers(truth, predictions)
    classes = truth.astype(int)
    if task.predictor == BINARY:
        return _of_two(task, classes, predictions, threshold)
    return _of_many(task, classes, predictions)


def _of_numbers(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> Scores:
    mse = float(np.mean((truth - predicted) ** 2))
    scores = {"objective_loss": mse, "mse": mse, "rmse": mse**0.5}
    scores["absolute_loss"] = float(np.mean(np.abs(truth - predicted)))
    spread = float(np.mean((truth - truth.mean()) ** 2))
    # One value only: there is nothing to explain, and R2 has no meaning.
    return scores | ({"r2": 1 - mse / spread} if spread else {})


def _of_two(task: Task, truth: NDArray[np.int64], chance: NDArray[np.float64], threshold: float) -> Scores:
    classes = (chance >= threshold).astype(int)
    scores = {
        "objective_loss": float(metrics.log_loss(truth, np.c_[1 - chance, chance], labels=[0, 1])),
        "binary_classification_accuracy": float(np.mean(classes == truth)),
        "binary_f_beta": float(metrics.fbeta_score(truth, classes, beta=task.f_beta, zero_division=0)),
        "precision": float(metrics.precision_score(truth, classes, zero_division=0)),
        "recall": float(metrics.recall_score(truth, classes, zero_division=0)),
    }
    if len(set(truth.tolist())) < 2:
        return scores  # the others compare two classes
    scores["roc_auc_score"] = float(metrics.roc_auc_score(truth, chance))
    scores["balanced_accuracy"] = float(metrics.balanced_accuracy_score(truth, classes))
    return scores


def _of_many(task: Task, truth: NDArray[np.int64], chances: NDArray[np.float64]) -> Scores:
    classes, labels = chances.argmax(axis=1), list(range(task.classes))
    first = np.argsort(-chances, axis=1, kind="stable")[:, : task.top_k]
    average = {"average": "macro", "zero_division": 0}
    return {
        "objective_loss": float(metrics.log_loss(truth, chances, labels=labels)),
        "multiclass_accuracy": float(np.mean(classes == truth)),
        "multiclass_top_k_accuracy": float(np.mean((first == truth[:, None]).any(axis=1))),
        "macro_f_beta": float(metrics.fbeta_score(truth, classes, beta=task.f_beta, **average)),
        "macro_precision": float(metrics.precision_score(truth, classes, **average)),
        "macro_recall": float(metrics.recall_score(truth, classes, **average)),
    }
