"""Objectives: Autopilot's names for metrics, XGBoost's, and which way they improve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

REGRESSION = "Regression"
BINARY = "BinaryClassification"
MULTICLASS = "MulticlassClassification"


@dataclass(frozen=True)
class Problem:
    """One type of problem.

    :param loss: XGBoost's objective.
    :param metrics: Autopilot's metric name -> the XGBoost container's; the first one is Autopilot's default objective.
    :param reported: the metrics every candidate reports beside its objective. The container computes them in every
        round, and those of classes are slow there: few.
    """

    loss: str
    metrics: dict[str, str]
    reported: tuple[str, ...]


PROBLEMS = {
    REGRESSION: Problem(
        "reg:squarederror", {"MSE": "mse", "RMSE": "rmse", "MAE": "mae", "R2": "r2"}, ("MSE", "RMSE", "MAE", "R2")
    ),
    BINARY: Problem(
        "binary:logistic",
        {
            "F1": "f1_binary",
            "Accuracy": "accuracy",
            "AUC": "auc",
            "BalancedAccuracy": "balanced_accuracy",
            "Precision": "precision",
            "Recall": "recall",
            "LogLoss": "logloss",
        },
        ("Accuracy", "AUC", "LogLoss"),
    ),
    MULTICLASS: Problem(
        "multi:softprob",
        {
            "Accuracy": "accuracy",
            "F1macro": "f1_macro",
            "BalancedAccuracy": "balanced_accuracy",
            "PrecisionMacro": "precision_macro",
            "RecallMacro": "recall_macro",
            "LogLoss": "mlogloss",
        },
        ("Accuracy", "LogLoss"),
    ),
}
# Autopilot reports this one and does not take it as an objective.
_REPORTED_ONLY = frozenset({"LogLoss"})
_MINIMIZED = frozenset({"MSE", "RMSE", "MAE", "LogLoss"})


@dataclass(frozen=True)
class Objective:
    """What is tuned for, e.g. `MSE`, which the container logs as `validation:mse`."""

    problem_type: str
    name: str

    @property
    def logged(self) -> str:
        """The container's name of the metric on unseen rows."""
        return f"validation:{PROBLEMS[self.problem_type].metrics[self.name]}"

    @property
    def direction(self) -> Literal["minimize", "maximize"]:
        """Which way is better."""
        return "minimize" if self.name in _MINIMIZED else "maximize"

    def better(self, value: float, than: float) -> bool:
        """Whether `value` beats `than`."""
        return value < than if self.direction == "minimize" else value > than


def objective_names(problem_type: str) -> list[str]:
    """Return the metrics that can be the objective of a problem, Autopilot's default first."""
    return [name for name in PROBLEMS[problem_type].metrics if name not in _REPORTED_ONLY]


def objective_for(problem_type: str, metric: str | None) -> Objective:
    """Return the objective of a search; `metric` None is Autopilot's default for the problem."""
    return Objective(problem_type, metric or objective_names(problem_type)[0])
