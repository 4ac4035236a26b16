"""Objectives: Autopilot's names for metrics, the algorithms' own, and which way they improve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from include.local_aws.search.algorithms import XGBOOST, Algorithm

REGRESSION = "Regression"
BINARY = "BinaryClassification"
MULTICLASS = "MulticlassClassification"


@dataclass(frozen=True)
class Problem:
    """One type of problem.

    :param loss: XGBoost's objective.
    :param metrics: Autopilot's metric name -> the XGBoost container's; the first one is Autopilot's default objective.
    :param others: Autopilot's metric name -> that of linear-learner, mlp and ensembles.
    :param reported: the metrics every candidate reports beside its objective. The container computes them in every
        round, and those of classes are slow there: few.
    """

    loss: str
    metrics: dict[str, str]
    others: dict[str, str]
    reported: tuple[str, ...]


PROBLEMS = {
    REGRESSION: Problem(
        "reg:squarederror",
        {"MSE": "mse", "RMSE": "rmse", "MAE": "mae", "R2": "r2"},
        {"MSE": "mse", "RMSE": "rmse", "MAE": "absolute_loss", "R2": "r2"},
        ("MSE", "RMSE", "MAE", "R2"),
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
        {
            "F1": "binary_f_beta",
            "Accuracy": "binary_classification_accuracy",
            "AUC": "roc_auc_score",
            "BalancedAccuracy": "balanced_accuracy",
            "Precision": "precision",
            "Recall": "recall",
            "LogLoss": "objective_loss",
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
        {
            "Accuracy": "multiclass_accuracy",
            "F1macro": "macro_f_beta",
            "BalancedAccuracy": "macro_recall",
            "PrecisionMacro": "macro_precision",
            "RecallMacro": "macro_recall",
            "LogLoss": "objective_loss",
        },
        ("Accuracy", "LogLoss"),
    ),
}
# Autopilot reports this one and does not take it as an objective.
_REPORTED_ONLY = frozenset({"LogLoss"})
_MINIMIZED = frozenset({"MSE", "RMSE", "MAE", "LogLoss"})


@dataclass(frozen=True)
class Objective:
    """What is tuned for, e.g. `MSE`, which the containers log as `validation:mse`."""

    problem_type: str
    name: str

    def logged_by(self, algorithm: Algorithm) -> str:
        """Return an algorithm's name of the metric on unseen rows."""
        return f"validation:{metric_names(self.problem_type, algorithm)[self.name]}"

    @property
    def direction(self) -> Literal["minimize", "maximize"]:
        """Which way is better."""
        return "minimize" if self.name in _MINIMIZED else "maximize"

    def better(self, value: float, than: float) -> bool:
        """Whether `value` beats `than`."""
        return value < than if self.direction == "minimize" else value > than


def metric_names(problem_type: str, algorithm: Algorithm) -> dict[str, str]:
    """Return Autopilot's metric name -> the algorithm's, for a problem."""
    problem = PROBLEMS[problem_type]
    return problem.metrics if algorithm is XGBOOST else problem.others


def objective_names(problem_type: str) -> list[str]:
    """Return the metrics that can be the objective of a problem, Autopilot's default first."""
    return [name for name in PROBLEMS[problem_type].metrics if name not in _REPORTED_ONLY]


def objective_for(problem_type: str, metric: str | None) -> Objective:
    """Return the objective of a search; `metric` None is Autopilot's default for the problem."""
    return Objective(problem_type, metric or objective_names(problem_type)[0])
