"""What an Autopilot job optimised: target, problem type, metric and direction, wherever the response has them.

The two versions of the API and their vintages keep them in different places, and the direction is often not said. Where
no description of the job is at hand, the hyperparameters of the algorithm's training job tell most of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from include.autopilot.base.errors import CandidateError
from include.autopilot.base.lenient import at, items_at, text_at
from include.autopilot.base.metrics import BINARY, MULTICLASS, PROBLEM_TYPES, REGRESSION, Direction, find_metric

_TABULAR = ("AutoMLProblemTypeConfig", "TabularJobConfig")
_RESOLVED = ("ResolvedAttributes", "AutoMLProblemTypeResolvedAttributes", "TabularResolvedAttributes", "ProblemType")
# How the values of objective (xgboost), predictor_type (linear-learner) and problem_type (mlp) begin.
_BEGINNINGS = {
    "reg": REGRESSION,
    "binary": BINARY,
    "multi": MULTICLASS,
}
_DIRECTIONS: dict[str, Direction] = {"minimize": "Minimize", "maximize": "Maximize"}


@dataclass(frozen=True)
class Objective:
    """The metric by Autopilot's name for it, and which way is better."""

    metric: str
    direction: Direction


def direction_of(metric: str) -> Direction:
    """Return which way a metric improves; ``validation:mse`` is ``MSE``.

    :raises CandidateError: the metric is not known; guessing would promote the worst model.
    """
    found = find_metric(metric)
    if found is None:
        raise CandidateError(f"Metric {metric!r}: unknown whether higher or lower is better.")
    return found.direction


def objective_of(job: Mapping[str, Any], candidate: Mapping[str, Any], automl_job: str) -> Objective:
    """Return the objective: the job's own, else the resolved one, else the candidate's final metric.

    :raises CandidateError: none is there, or its direction is unknown.
    """
    final = at(candidate, "FinalAutoMLJobObjectiveMetric")
    metric = (
        text_at(job, "AutoMLJobObjective", "MetricName")
        or text_at(job, "ResolvedAttributes", "AutoMLJobObjective", "MetricName")
        or text_at(final, "StandardMetricName")
        or text_at(final, "MetricName")
    )
    if not metric:
        raise CandidateError(f"{automl_job}: no objective metric anywhere in its description.")
    stated = _DIRECTIONS.get((text_at(final, "Type") or "").lower())
    return Objective(metric, stated or direction_of(metric))


def problem_type_of(job: Mapping[str, Any], automl_job: str) -> str:
    """Return Regression, BinaryClassification or MulticlassClassification.

    :raises CandidateError: the description does not say.
    """
    found = (
        text_at(job, *_TABULAR, "ProblemType")
        or text_at(job, *_RESOLVED)
        or text_at(job, "ResolvedAttributes", "ProblemType")
        or text_at(job, "ProblemType")
    )
    if not found:
        raise CandidateError(f"{automl_job}: no problem type in its description; only tabular jobs can be replayed.")
    return found


def target_of(job: Mapping[str, Any]) -> str | None:
    """Return the target column that the job was given, or None where the description does not say."""
    targets = [text_at(channel, "TargetAttributeName") for channel in items_at(job, "InputDataConfig")]
    return text_at(job, *_TABULAR, "TargetAttributeName") or next((name for name in targets if name), None)


def trained_objective(train: Mapping[str, Any]) -> Objective | None:
    """Return what an algorithm's training job was tuned for, or None where it does not say or is not understood.

    :param train: its description.
    """
    metric = text_at(train, "HyperParameters", "_tuning_objective_metric")
    known = find_metric(metric, trained_problem_type(train)) if metric else None
    return None if known is None else Objective(known.name, known.direction)


def trained_problem_type(train: Mapping[str, Any]) -> str | None:
    """Return the problem type that an algorithm's hyperparameters tell, or None where they do not."""
    for name in ("objective", "predictor_type", "problem_type"):
        value = (text_at(train, "HyperParameters", name) or "").lower()
        for beginning, problem_type in _BEGINNINGS.items():
            if value.startswith(beginning):
                return problem_type
    return None


def trained_classes(train: Mapping[str, Any]) -> int | None:
    """Return how many classes an algorithm's hyperparameters tell, or None where they do not."""
    found = (text_at(train, "HyperParameters", name) or "" for name in ("num_class", "num_classes"))
    return next((int(text) for text in found if text.isascii() and text.isdecimal()), None)


def implied_problem_type(candidate: Mapping[str, Any], containers: int) -> str | None:
    """Return the problem type that only one can be, given the number of containers and the metric; else None.

    The classifications of the hyperparameter-tuning mode have a third container, the label decoder.
    """
    possible = {2: (REGRESSION,), 3: (BINARY, MULTICLASS)}.get(containers, PROBLEM_TYPES)
    final = at(candidate, "FinalAutoMLJobObjectiveMetric")
    metric = text_at(final, "StandardMetricName") or text_at(final, "MetricName")
    if metric is not None and find_metric(metric) is not None:
        # "binary" is in the name where the metric itself would do for both: binary_classification_accuracy.
        possible = tuple(
            name for name in possible if find_metric(metric, name) and ("binary" not in metric or name == BINARY)
        )
    return possible[0] if len(possible) == 1 else None
