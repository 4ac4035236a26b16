"""SageMaker after a retune, as far as somebody asks it who goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

METRIC = "validation:mse"


class Tuned:
    """SageMaker as far as a choice asks it: a tuning job's best training has one objective, the replay another.

    :param trained: how many trainings each tuning job says it made.
    """

    def __init__(self, best: float | None, replay: float | None, trained: int = 1) -> None:
        self.best, self.replay, self.trained = best, replay, trained

    def describe_hyper_parameter_tuning_job(self, HyperParameterTuningJobName: str) -> Any:  # noqa: N803
        best = {
            "TrainingJobName": f"{HyperParameterTuningJobName}-001",
            "TunedHyperParameters": {"eta": "0.1"},
            "FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": METRIC, "Value": self.best},
        }
        return {
            "TrainingJobStatusCounters": {"Completed": self.trained - 1, "NonRetryableError": 1},
            "HyperParameterTuningJobConfig": {
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": METRIC},
                "ParameterRanges": {
                    "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.03", "MaxValue": "0.2"}]
                },
            },
            **({} if self.best is None else {"BestTrainingJob": best}),
        }

    def describe_training_job(self, TrainingJobName: str) -> Any:  # noqa: N803
        metrics = [] if self.replay is None else [{"MetricName": METRIC, "Value": self.replay}]
        return {
            "ModelArtifacts": {"S3ModelArtifacts": f"s3://m/{TrainingJobName}"},
            "FinalMetricDataList": metrics,
        }

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **asked: str) -> Any:
        moment = datetime(2024, 3, 1, tzinfo=UTC)
        one = {
            "TrainingJobName": f"{asked['HyperParameterTuningJobName']}-001",
            "TrainingJobStatus": "Completed",
            "TunedHyperParameters": {"eta": "0.1"},
        }
        return [{"TrainingJobSummaries": [{**one, "TrainingStartTime": moment, "TrainingEndTime": moment}]}]
