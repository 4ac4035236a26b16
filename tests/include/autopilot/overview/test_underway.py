"""What works for a model at this moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.overview import underway
from include.autopilot.s3.objects import write_json
from tests.support.observed import Observed

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


class Jobs:
    """A SageMaker that knows some jobs in progress, by name, and how long such a job takes."""

    def __init__(self, seconds: float | None, **described: dict[str, Any]) -> None:
        self.described, self.seconds, self.unlistable = described, seconds, False

    def describe_training_job(self, **asked: str) -> dict[str, Any]:
        name = asked["TrainingJobName"]
        if name not in self.described:
            message = "Requested resource not found."
            raise ClientError({"Error": {"Code": "ValidationException", "Message": message}}, "DescribeTrainingJob")
        return {"TrainingJobStatus": "InProgress", "CreationTime": NOW, **self.described[name]}

    @property
    def asked(self) -> underway.Asked:
        def listed(kind: str, part: str) -> list[dict[str, Any]]:
            if self.unlistable:
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "List")
            return [{f"{kind}Name": name} for name in self.described if kind == "TrainingJob" and name.startswith(part)]

        return underway.Asked(self, listed, lambda *_: self.seconds)  # type: ignore[arg-type]


def ours(toy: Observed, minutes: float) -> dict[str, Any]:
    return {
        "OutputDataConfig": {"S3OutputPath": f"{toy.config.root}/runs/k/model"},
        "CreationTime": NOW - timedelta(minutes=minutes),
        "SecondaryStatus": "Training",
    }


@pytest.mark.parametrize(
    ("seconds", "minutes", "percent", "sentence"),
    [
        (1200.0, 5, 25, "Earlier jobs of its step took 20 minutes: it should end about 12:15 UTC."),
        (1200.0, 30, 100, "Earlier jobs of its step took 20 minutes: this one takes longer."),
        (30.0, 0, 0, "Earlier jobs of its step took less than a minute: it should end about 12:00 UTC."),
        (None, 5, None, "Nobody knows how long it takes: no earlier job of its step is listed."),
    ],
)
def test_a_job_in_progress_and_its_expected_end(
    toy: Observed, seconds: float | None, minutes: float, percent: int | None, sentence: str
) -> None:
    sagemaker = Jobs(seconds, **{"toy-train": ours(toy, minutes), "toy-other": {"OutputDataConfig": {"S3": "s3://x/"}}})
    found = underway.underway(toy.s3, sagemaker.asked, toy.config, [], NOW)
    assert [(job.name, job.status, job.percent, job.sentence) for job in found.jobs] == [
        ("toy-train", "Training", percent, sentence)
    ], "another model's job is not shown"
    assert (found.lost, found.problems) == ([], ())


def test_tuning_jobs_are_asked_for_where_the_model_retunes(toy: Observed) -> None:
    asked: list[str] = []

    def listed(kind: str, _part: str) -> list[dict[str, Any]]:
        asked.append(kind)
        return []

    asking = underway.Asked(Jobs(None), listed, lambda *_: None)  # type: ignore[arg-type]
    underway.underway(toy.s3, asking, toy.config, [], NOW)
    assert "HyperParameterTuningJob" not in asked
    underway.underway(toy.s3, asking, replace(toy.config, recipe="retune"), [], NOW)
    assert "HyperParameterTuningJob" in asked


def test_a_job_that_a_run_waits_for_in_vain_is_a_sentence(toy: Observed) -> None:
    failed = {"TrainingJobStatus": "Failed", "FailureReason": "No\ncapacity."}
    sagemaker = Jobs(None, **{"toy-failed": failed, "toy-train": ours(toy, 1)})
    sagemaker.seconds = 60.0
    folder = toy.locations.run(toy.key(3))
    for name in ("toy-failed", "toy-gone", "toy-train"):
        write_json(toy.s3, folder.request(name), {"TrainingJobName": name})
    write_json(toy.s3, folder.request("toy-model"), {"ModelName": "toy-model"})
    found = underway.underway(toy.s3, sagemaker.asked, toy.config, [toy.key(3)], NOW)
    assert found.lost == [
        f"Run {toy.key(3)} waits for the training job toy-failed, but it is Failed: No capacity.",
        (
            f"Run {toy.key(3)} waits for the training job toy-gone, but SageMaker does not know it: it was deleted, "
            "or never made. Clear its task in Airflow to make it again."
        ),
    ]


def test_who_may_not_list_jobs_reads_a_sentence(toy: Observed) -> None:
    sagemaker = Jobs(None)
    sagemaker.unlistable = True
    found = underway.underway(toy.s3, sagemaker.asked, toy.config, [], NOW)
    assert found.jobs == []
    assert found.problems[0] == (
        "The list of training jobs in progress cannot be read: AccessDeniedException (List): no"
    )
