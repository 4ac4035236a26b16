"""The metrics: Autopilot's names, which way each improves, and what it needs to be computed.

This is the only table of directions. The names per problem type are those that Autopilot reports for its candidates
("Autopilot metrics" in the SageMaker developer guide); Spearman's rank correlation is an addition of this package.
:mod:`include.autopilot.report.scores` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["Minimize", "Maximize"]

REGRESSION = "Regression"
BINARY = "BinaryClassification"
MULTICLASS = "MulticlassClassification"
PROBLEM_TYPES = (REGRESSION, BINARY, MULTICLASS)
_CLASSES = (BINARY, MULTICLASS)


@dataclass(frozen=True)
class Metric:
    """One metric.

    :param name: Autopilot's name for it.
    :param aliases: what the algorithms call it in ``validation:<alias>``; jobs before 2022 tell nothing else.
    :param needs_probabilities: a predicted label is not enough.
    :param needs_positive_class: it must be known which of the two classes is class 1.
    """

    name: str
    problem_types: tuple[str, ...]
    direction: Direction
    aliases: tuple[str, ...] = ()
    needs_probabilities: bool = False
    needs_positive_class: bool = False


METRICS = (
    Metric("MSE", (REGRESSION,), "Minimize", ("objective_loss",)),
    Metric("RMSE", (REGRESSION,), "Minimize"),
    Metric("MAE", (REGRESSION,), "Minimize", ("absolute_loss",)),
    Metric("R2", (REGRESSION,), "Maximize"),
    Metric("Spearman", (REGRESSION,), "Maximize"),
    Metric("Accuracy", _CLASSES, "Maximize", ("binary_classification_accuracy", "multiclass_accuracy")),
    Metric("BalancedAccuracy", _CLASSES, "Maximize", ("balanced_accuracy",)),
    Metric("F1", (BINARY,), "Maximize", ("f1_binary", "binary_f_beta"), needs_positive_class=True),
    Metric("Precision", (BINARY,), "Maximize", needs_positive_class=True),
    Metric("Recall", (BINARY,), "Maximize", needs_positive_class=True),
    Metric("AUC", (BINARY,), "Maximize", ("roc_auc_score",), needs_probabilities=True, needs_positive_class=True),
    Metric("F1macro", (MULTICLASS,), "Maximize", ("f1_macro", "macro_f_beta")),
    Metric("PrecisionMacro", (MULTICLASS,), "Maximize", ("precision_macro", "macro_precision")),
    Metric("RecallMacro", (MULTICLASS,), "Maximize", ("recall_macro", "macro_recall")),
    Metric("LogLoss", _CLASSES, "Minimize", ("mlogloss", "objective_loss"), needs_probabilities=True),
)


def metrics_of(problem_type: str) -> tuple[Metric, ...]:
    """Return the metrics of a problem type, in the order in which they are shown."""
    return tuple(metric for metric in METRICS if problem_type in metric.problem_types)


def find_metric(name: str, problem_type: str | None = None) -> Metric | None:
    """Return a metric by Autopilot's name or an algorithm's (``validation:f1_binary``); None if there is none.

    :param problem_type: the only one to look at; without it any metric will do that has the name.
    """
    wanted = name.rpartition(":")[2].lower()
    known = METRICS if problem_type is None else metrics_of(problem_type)
    return next((metric for metric in known if wanted in (metric.name.lower(), *metric.aliases)), None)
