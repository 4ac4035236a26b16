"""Tuning jobs: one for one task, whatever becomes of it, in real DAG runs against the embedded AWS."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

import pytest

from airflow_sagemaker_once import kinds
from airflow_sagemaker_once.operators import AutopilotTuningOperator
from airflow_sagemaker_once.resemblance import differences
from airflow_sagemaker_once.stop import stop_and_confirm
from airflow_sagemaker_once.submit import submit
from tests.support.onetask import result, run
from tests.support.trainings import OWNER, tuning

LONG = "50000000"


def jobs(client: Any, part: str) -> list[str]:
    found = client.list_hyper_parameter_tuning_jobs(NameContains=part)["HyperParameterTuningJobSummaries"]
    return sorted(job["HyperParameterTuningJobName"] for job in found)


def status(client: Any, name: str) -> str:
    return str(
        client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)["HyperParameterTuningJobStatus"]
    )


@pytest.mark.parametrize("deferrable", [True, False], ids=["deferred", "in the worker"])
def test_it_gives_the_artifact_of_the_best_training(airflow_db: None, client: Any, deferrable: bool) -> None:
    name = f"tune-{deferrable}"
    given = result(run(tuning(name), operator=AutopilotTuningOperator, deferrable=deferrable))
    described = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert described["TrainingJobStatusCounters"]["Completed"] == 3
    best = client.describe_training_job(TrainingJobName=described["BestTrainingJob"]["TrainingJobName"])
    assert given["uri"] == best["ModelArtifacts"]["S3ModelArtifacts"]
    assert (given["kind"], given["status"], given["action"]) == ("HyperParameterTuningJob", "Completed", "created")
    assert given["seconds"] > 0


def test_a_second_try_takes_the_job_of_the_first(airflow_db: None, client: Any) -> None:
    """What a worker that died before it waited leaves: the job, and no trace of it in Airflow."""
    asked = tuning("tune-again")
    submit(client, kinds.TUNING, asked, {**OWNER, "airflow-autopilot:generation": "0"})
    given = result(run(asked, operator=AutopilotTuningOperator))
    assert given["action"] in ("adopted", "reused")
    assert jobs(client, "tune-again") == ["tune-again"]


def test_describe_differs_in_nothing_from_what_was_asked(client: Any) -> None:
    asked = tuning("tune-same", jobs=1)
    submit(client, kinds.TUNING, asked, OWNER)
    described = kinds.TUNING.describe(client, "tune-same")
    assert differences(client, kinds.TUNING, asked, described) == []
    asked["TrainingJobDefinition"]["StaticHyperParameters"]["num_round"] = "3"
    assert [one.member for one in differences(client, kinds.TUNING, asked, described)] == [
        "TrainingJobDefinition.StaticHyperParameters.num_round"
    ]


def test_stopping_it_stops_its_trainings(client: Any) -> None:
    submit(client, kinds.TUNING, tuning("tune-long", LONG), OWNER)
    while not client.list_training_jobs(NameContains="tune-long")["TrainingJobSummaries"]:
        time.sleep(0.1)
    assert stop_and_confirm(client, kinds.TUNING, "tune-long") in ("Stopping", "Stopped")
    while status(client, "tune-long") == "Stopping":
        time.sleep(0.1)
    assert status(client, "tune-long") == "Stopped"
    children = client.list_training_jobs(NameContains="tune-long")["TrainingJobSummaries"]
    assert {job["TrainingJobStatus"] for job in children} == {"Stopped"}


def test_a_task_that_runs_out_of_time_stops_it(airflow_db: None, client: Any) -> None:
    ended = run(tuning("tune-late", LONG), operator=AutopilotTuningOperator, execution_timeout=timedelta(seconds=2))
    assert ended.state == "failed"
    while status(client, "tune-late") == "Stopping":
        time.sleep(0.1)
    assert status(client, "tune-late") == "Stopped"


def test_a_job_whose_trainings_all_fail_fails_the_task_and_says_why_they_did(
    airflow_db: None, client: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = tuning("tune-broken", jobs=1)
    for channel in asked["TrainingJobDefinition"]["InputDataConfig"]:
        channel["DataSource"]["S3DataSource"]["S3Uri"] = "s3://submit/broken/"
    with caplog.at_level(logging.INFO):
        assert run(asked, operator=AutopilotTuningOperator).state == "failed"
    assert status(client, "tune-broken") == "Failed"
    (child,) = client.list_training_jobs(NameContains="tune-broken-001")["TrainingJobSummaries"]
    reason = client.describe_training_job(TrainingJobName=child["TrainingJobName"])["FailureReason"]
    said = caplog.text + "".join(capfd.readouterr())
    assert f"{child['TrainingJobName']} failed: {' '.join(reason.split())}" in said


@pytest.mark.parametrize(
    ("limits", "seconds"), [({"MaxRuntimeInSeconds": 300}, 300), ({}, 1200)], ids=["its own", "its trainings'"]
)
def test_it_has_a_limit(limits: dict[str, int], seconds: int) -> None:
    asked = tuning("any")
    asked["HyperParameterTuningJobConfig"]["ResourceLimits"] |= {"MaxParallelTrainingJobs": 2, **limits}
    assert kinds.TUNING.limit(asked) == seconds


def test_without_a_best_training_there_is_no_artifact() -> None:
    assert kinds.TUNING.result({"TrainingJobDefinition": {"OutputDataConfig": {"S3OutputPath": "s3://b/o"}}}) is None
