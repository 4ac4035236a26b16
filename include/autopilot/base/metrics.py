"""The metrics: Autopilot's names, which way each improves, what it takes to compute it, and what else depends on one.

This is the only table of metrics and of their directions. The names per problem type are those that Autopilot reports
for its candidates ("Autopilot metrics" in the SageMaker developer guide); Spearman's rank correlation is an addition of
this package. A metric is a row here and a row in :mod:`include.autopilot.evaluation.scores`, which computes it; where
the gate can judge by it, there is one in :mod:`include.autopilot.gate.resampled` too. Nothing else names a metric.
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
    :param monitored_as: what SageMaker Model Monitor calls it; None where it does not know it.
    :param constant: of numbers, which one number is the best answer to every row.
    :param in_units_of_target: the value is of the target's unit.
    :param searched: whether Autopilot takes it as the objective of a search.
    :param judges: whether the gate can judge by it.
    :param symbol: how it is shown where it is not by its name.
    """

    name: str
    problem_types: tuple[str, ...]
    direction: Direction
    aliases: tuple[str, ...] = ()
    needs_probabilities: bool = False
    needs_positive_class: bool = False
    monitored_as: str | None = None
    constant: Literal["mean", "median"] = "mean"
    in_units_of_target: bool = False
    searched: bool = True
    judges: bool = True
    symbol: str | None = None

    @property
    def shown(self) -> str:
        """The name for people."""
        return self.symbol or self.name


METRICS = (
    Metric("MSE", (REGRESSION,), "Minimize", ("objective_loss",), monitored_as="mse"),
    Metric("RMSE", (REGRESSION,), "Minimize", monitored_as="rmse", in_units_of_target=True),
    Metric(
        "MAE",
        (REGRESSION,),
        "Minimize",
        ("absolute_loss",),
        monitored_as="mae",
        constant="median",
        in_units_of_target=True,
    ),
    Metric("R2", (REGRESSION,), "Maximize", monitored_as="r2", symbol="R²"),
    Metric("Spearman", (REGRESSION,), "Maximize", searched=False, judges=False),
    Metric(
        "Accuracy",
        _CLASSES,
        "Maximize",
        ("binary_classification_accuracy", "multiclass_accuracy"),
        monitored_as="accuracy",
    ),
    Metric("BalancedAccuracy", _CLASSES, "Maximize", ("balanced_accuracy",)),
    Metric("F1", (BINARY,), "Maximize", ("f1_binary", "binary_f_beta"), needs_positive_class=True, monitored_as="f1"),
    Metric("Precision", (BINARY,), "Maximize", needs_positive_class=True, monitored_as="precision"),
    Metric("Recall", (BINARY,), "Maximize", needs_positive_class=True, monitored_as="recall"),
    Metric(
        "AUC",
        (BINARY,),
        "Maximize",
        ("roc_auc_score",),
        needs_probabilities=True,
        needs_positive_class=True,
        monitored_as="auc",
    ),
    Metric("F1macro", (MULTICLASS,), "Maximize", ("f1_macro", "macro_f_beta")),
    Metric("PrecisionMacro", (MULTICLASS,), "Maximize", ("precision_macro", "macro_precision")),
    Metric("RecallMacro", (MULTICLASS,), "Maximize", ("recall_macro", "macro_recall")),
    Metric(
        "LogLoss",
        _CLASSES,
        "Minimize",
        ("mlogloss", "objective_loss"),
        needs_probabilities=True,
        searched=False,
    ),
)
# The objective that Autopilot takes for a problem type where nobody names one.
_USUAL = {REGRESSION: "MSE", BINARY: "F1", MULTICLASS: "Accuracy"}
_BY_NAME = {metric.name: metric for metric in METRICS}


def metrics_of(problem_type: str) -> tuple[Metric, ...]:
    """Return the metrics of a problem type, in the order in which they are shown."""
    return tuple(metric for metric in METRICS if problem_type in metric.problem_types)


def usual_metric(problem_type: str, uneven: bool = False) -> str:
    """Return the name of the objective that fits where nobody has named one.

    :param uneven: one of several classes has most of the rows, which would decide Accuracy nearly alone.
    """
    return "F1macro" if uneven and problem_type == MULTICLASS else _USUAL[problem_type]


def metric_named(name: str) -> Metric:
    """Return a metric by Autopilot's name for it, exactly."""
    return _BY_NAME[name]


def find_metric(name: str, problem_type: str | None = None) -> Metric | None:
    """Return a metric by Autopilot's name or an algorithm's (``validation:f1_binary``); None if there is none.

    :param problem_type: the only one to look at; without it any metric will do that has the name.
    """
    wanted = name.rpartition(":")[2].lower()
    known = METRICS if problem_type is None else metrics_of(problem_type)
    return next((metric for metric in known if wanted in (metric.name.lower(), *metric.aliases)), None)
