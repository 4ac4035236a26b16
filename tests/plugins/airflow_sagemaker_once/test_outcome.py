"""One rule for the end: only Completed is success, and every other end has its own exception."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_sagemaker_once import errors, kinds, outcome

QUOTA = (
    "ResourceLimitExceeded: The account-level service limit 'ml.m5.large for training job usage' is {limit} Instances, "
    "with current utilization of {limit} Instances and a request delta of 1 Instances."
)


@pytest.mark.parametrize(
    ("described", "error"),
    [
        ({"TrainingJobStatus": "Completed"}, None),
        ({"TrainingJobStatus": "Failed", "FailureReason": "ClientError: no data"}, errors.JobFailed),
        ({"TrainingJobStatus": "Failed", "FailureReason": "CapacityError: Unable to provision"}, errors.NoCapacity),
        ({"TrainingJobStatus": "Failed", "FailureReason": QUOTA.format(limit=0)}, errors.QuotaTooSmall),
        ({"TrainingJobStatus": "Failed", "FailureReason": QUOTA.format(limit=1)}, errors.NoCapacity),
        ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped"}, errors.JobStopped),
        ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxRuntimeExceeded"}, errors.MaxRuntimeExceeded),
        ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxWaitTimeExceeded"}, errors.MaxWaitTimeExceeded),
        ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "Interrupted"}, errors.Interrupted),
        # Who stops a job that lacks capacity does not want it asked for again.
        ({"TrainingJobStatus": "Stopped", "FailureReason": "CapacityError: Unable to provision"}, errors.JobStopped),
        ({"TrainingJobStatus": "Deleting"}, errors.JobStopped),
        ({"TrainingJobStatus": "SomethingNew"}, errors.JobFailed),
    ],
)
def test_every_end_has_its_exception(described: dict[str, Any], error: type[Exception] | None) -> None:
    assert outcome.error_for(kinds.TRAINING, described) is error


@pytest.mark.parametrize(
    ("counters", "error"),
    [
        ({}, errors.NoCapacity),
        ({"Completed": 0, "RetryableError": 1}, errors.NoCapacity),
        ({"Completed": 12, "RetryableError": 1}, errors.JobFailed),
    ],
)
def test_trainings_that_were_paid_for_are_not_asked_for_again_with_every_pause(
    counters: dict[str, int], error: type[Exception]
) -> None:
    described = {"HyperParameterTuningJobStatus": "Failed", "FailureReason": QUOTA.format(limit=1)}
    assert outcome.error_for(kinds.TUNING, {**described, "TrainingJobStatusCounters": counters}) is error


def test_how_long_a_job_was_there() -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    assert outcome.lifetime({"CreationTime": moment, "EndTime": moment.replace(hour=1)}) == 3600
    assert outcome.lifetime({"CreationTime": moment}) == 0


def test_the_sentence_says_what_why_and_where() -> None:
    described = {"TrainingJobStatus": "Failed", "SecondaryStatus": "Failed", "FailureReason": "ClientError: no data"}
    said = outcome.sentence(kinds.TRAINING, "j", described, "https://console/j", ["one", "two"])
    assert said.splitlines() == [
        "The training job j ended Failed (Failed): ClientError: no data",
        "https://console/j",
        "Its last 2 log lines:",
        "one",
        "two",
    ]


def test_a_tuning_job_has_no_log_and_says_why_its_trainings_failed() -> None:
    described = {"HyperParameterTuningJobStatus": "Failed", "FailureReason": "No training job succeeded"}
    said = outcome.sentence(kinds.TUNING, "j", described, "https://console/j", ["j-001 failed: ClientError: no data"])
    assert said.splitlines()[2:] == ["Of its trainings:", "j-001 failed: ClientError: no data"]


def test_the_summary_is_small_and_plain_json() -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    described = {
        "TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/" + "n" * 63,
        "TrainingJobStatus": "Completed",
        "CreationTime": moment,
        "TrainingStartTime": moment,
        "TrainingEndTime": moment.replace(minute=2),
        "BillableTimeInSeconds": 30,
        "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/" + "k" * 200},
    }
    summary = outcome.summary(kinds.TRAINING, "n" * 63, described, "created")
    assert len(json.dumps(summary)) < 1000
    assert (summary["seconds"], summary["billable_seconds"]) == (120.0, 30)
    assert summary["started"] == "2024-01-01T00:00:00+00:00"


def test_a_job_that_never_started_has_no_seconds() -> None:
    described = {"TransformJobArn": "a", "TransformJobStatus": "Failed", "TransformOutput": {"S3OutputPath": "s3://b"}}
    assert outcome.summary(kinds.TRANSFORM, "n", described, "created")["seconds"] == 0.0
