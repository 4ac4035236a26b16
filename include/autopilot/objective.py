"""What an Autopilot job optimised: target, problem type, metric and direction, wherever the response has them.

The two versions of the API and their vintages keep them in different places, and the direction is often not said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from include.autopilot.errors import CandidateError
from include.autopilot.metrics import Direction, find_metric


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
    final = candidate.get("FinalAutoMLJobObjectiveMetric", {})
    metric = (
        _dig(job, "AutoMLJobObjective", "MetricName")
        or _dig(job, "ResolvedAttributes", "AutoMLJobObjective", "MetricName")
        or final.get("StandardMetricName")
        or final.get("MetricName")
    )
    if not metric:
        raise CandidateError(f"{automl_job}: no objective metric anywhere in its description.")
    return Objective(str(metric), final.get("Type") or direction_of(str(metric)))


def problem_type_of(job: Mapping[str, Any], automl_job: str) -> str:
    """Return Regression, BinaryClassification or MulticlassClassification.

    :raises CandidateError: the description does not say.
    """
    resolved = ("AutoMLProblemTypeResolvedAttributes", "TabularResolvedAttributes", "ProblemType")
    found = (
        _dig(job, "AutoMLProblemTypeConfig", "TabularJobConfig", "ProblemType")
        or _dig(job, "ResolvedAttributes", *resolved)
        or _dig(job, "ResolvedAttributes", "ProblemType")
        or job.get("ProblemType")
    )
    if not found:
        raise CandidateError(f"{automl_job}: no problem type in its description; only tabular jobs can be replayed.")
    return str(found)


def target_of(job: Mapping[str, Any]) -> str | None:
    """Return the target column that the job was given, or None where the description does not say."""
    target = _dig(job, "AutoMLProblemTypeConfig", "TabularJobConfig", "TargetAttributeName")
    if target is None:
        targets = [channel.get("TargetAttributeName") for channel in job.get("InputDataConfig", [])]
        target = next((name for name in targets if name), None)
    return None if target is None else str(target)


def _dig(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
