"""A candidate as ListCandidatesForAutoMLJob tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from include.local_aws.search.algorithms import Algorithm
from include.local_aws.search.columns import Columns
from include.local_aws.search.interface import Json
from include.local_aws.search.names import Names
from include.local_aws.search.objectives import Objective, metric_names
from include.local_aws.search.processors import Processor
from include.local_aws.search.requests import Requests

_STATUS = {"InProgress": "Pending", "Completed": "Succeeded"}


@dataclass(frozen=True)
class Featurized:
    """A data processor that was fitted and has featurized the data.

    :param artifact: the featurizer's `model.tar.gz`.
    :param steps: the candidate steps so far, in order.
    """

    processor: Processor
    artifact: str
    steps: tuple[Json, ...]


def step(kind: str, described: Json) -> Json:
    """Return the candidate step of a job."""
    return {
        "CandidateStepType": f"AWS::SageMaker::{kind}",
        "CandidateStepArn": described[f"{kind}Arn"],
        "CandidateStepName": described[f"{kind}Name"],
    }


def outline(name: str, steps: Sequence[Json], child: Json) -> Json:
    """Return what is told of every candidate, finished or not.

    :param child: the description of the training job that decides how it ends.
    """
    status = child["TrainingJobStatus"]
    candidate: Json = {
        "CandidateName": name,
        "CandidateStatus": status if status in {"Completed", "Failed", "Stopped", "Stopping"} else "InProgress",
        "ObjectiveStatus": _STATUS.get(status, "Failed"),
        "CandidateSteps": list(steps),
        "CreationTime": child["CreationTime"],
        "LastModifiedTime": child.get("LastModifiedTime", datetime.now(UTC)),
    }
    if "TrainingEndTime" in child:
        candidate["EndTime"] = child["TrainingEndTime"]
    if child.get("FailureReason"):
        candidate["FailureReason"] = child["FailureReason"]
    return candidate


@dataclass(frozen=True)
class Candidates:
    """Describes the candidates of one search."""

    requests: Requests
    names: Names
    objective: Objective
    columns: Columns

    def describe(self, featurized: Featurized, child: Json) -> Json:
        """Describe a candidate from its tuning child's description."""
        candidate = outline(child["TrainingJobName"], (*featurized.steps, step("TrainingJob", child)), child)
        return candidate | (self._result(featurized, child) if child["TrainingJobStatus"] == "Completed" else {})

    def value(self, featurized: Featurized, child: Json) -> float | None:
        """Return the objective of a finished child, None if it did not log it or did not complete."""
        if child["TrainingJobStatus"] != "Completed":
            return None
        return logged(child).get(self.objective.logged_by(featurized.processor.algorithm))

    def _result(self, featurized: Featurized, child: Json) -> Json:
        found, algorithm = logged(child), featurized.processor.algorithm
        result: Json = {
            "InferenceContainers": self.requests.inference_containers(
                algorithm, featurized.artifact, child["ModelArtifacts"]["S3ModelArtifacts"], self.columns
            ),
            "CandidateProperties": {"CandidateMetrics": metrics(self.objective, algorithm, found)},
        }
        name = self.objective.logged_by(algorithm)
        if name in found:
            result["FinalAutoMLJobObjectiveMetric"] = {
                "MetricName": name,
                "Value": found[name],
                "StandardMetricName": self.objective.name,
            }
        return result


def metrics(objective: Objective, algorithm: Algorithm, found: Mapping[str, float]) -> list[Json]:
    """Return a candidate's metrics on the validation rows, by Autopilot's names.

    :param found: what the training job logged, by its own names.
    """
    names = metric_names(objective.problem_type, algorithm).items()
    told = {name: found[f"validation:{own}"] for name, own in names if f"validation:{own}" in found}
    return [
        {"MetricName": name, "StandardMetricName": name, "Value": value, "Set": "Validation"}
        for name, value in told.items()
    ]


def no_winner(children: Iterable[Json], seconds: int) -> str:
    """Say why a search has no best candidate.

    :param children: the descriptions of the training jobs that ended.
    :param seconds: the search's MaxRuntimePerTrainingJobInSeconds.
    """
    ends = Counter(_end(child, seconds) for child in children)
    told = f": {', '.join(f'{count} {end}' for end, count in ends.items())}" if ends else ""
    return f"No candidate finished successfully{told}."


def _end(child: Json, seconds: int) -> str:
    if child.get("SecondaryStatus") == "MaxRuntimeExceeded":
        return f"stopped after MaxRuntimePerTrainingJobInSeconds ({seconds})"
    if child["TrainingJobStatus"] == "Failed":
        return "failed (see the FailureReason of the candidates)"
    return "stopped" if child["TrainingJobStatus"] == "Stopped" else "completed without the objective metric"


def logged(child: Json) -> dict[str, float]:
    """Return what a training job logged last of each metric."""
    return {metric["MetricName"]: metric["Value"] for metric in child.get("FinalMetricDataList", [])}
