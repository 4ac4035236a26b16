"""A candidate as ListCandidatesForAutoMLJob tells it."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Candidates:
    """Describes the candidates of one search."""

    requests: Requests
    names: Names
    objective: Objective
    columns: Columns

    def describe(self, featurized: Featurized, child: Json) -> Json:
        """Describe a candidate from its tuning child's description."""
        status = child["TrainingJobStatus"]
        candidate: Json = {
            "CandidateName": child["TrainingJobName"],
            "CandidateStatus": status if status in {"Completed", "Failed", "Stopped", "Stopping"} else "InProgress",
            "ObjectiveStatus": _STATUS.get(status, "Failed"),
            "CandidateSteps": [*featurized.steps, step("TrainingJob", child)],
            "CreationTime": child["CreationTime"],
            "LastModifiedTime": child.get("LastModifiedTime", datetime.now(UTC)),
        }
        if "TrainingEndTime" in child:
            candidate["EndTime"] = child["TrainingEndTime"]
        if child.get("FailureReason"):
            candidate["FailureReason"] = child["FailureReason"]
        if status == "Completed":
            candidate |= self._result(featurized, child)
        return candidate

    def value(self, featurized: Featurized, child: Json) -> float | None:
        """Return the objective of a finished child, None if it did not log it or did not complete."""
        if child["TrainingJobStatus"] != "Completed":
            return None
        return _logged(child).get(self.objective.logged_by(featurized.processor.algorithm))

    def _result(self, featurized: Featurized, child: Json) -> Json:
        logged, algorithm = _logged(child), featurized.processor.algorithm
        result: Json = {
            "InferenceContainers": self.requests.inference_containers(
                algorithm, featurized.artifact, child["ModelArtifacts"]["S3ModelArtifacts"], self.columns
            ),
            "CandidateProperties": {"CandidateMetrics": self._metrics(algorithm, logged)},
        }
        name = self.objective.logged_by(algorithm)
        if name in logged:
            result["FinalAutoMLJobObjectiveMetric"] = {
                "MetricName": name,
                "Value": logged[name],
                "StandardMetricName": self.objective.name,
            }
        return result

    def _metrics(self, algorithm: Algorithm, logged: dict[str, float]) -> list[Json]:
        metrics = []
        for name, own in metric_names(self.objective.problem_type, algorithm).items():
            if f"validation:{own}" in logged:
                value = logged[f"validation:{own}"]
                metrics.append({"MetricName": name, "StandardMetricName": name, "Value": value, "Set": "Validation"})
        return metrics


def _logged(child: Json) -> dict[str, float]:
    return {metric["MetricName"]: metric["Value"] for metric in child.get("FinalMetricDataList", [])}
