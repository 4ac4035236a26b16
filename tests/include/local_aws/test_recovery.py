"""What a kill -9 in the middle of everything leaves behind."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from include.local_aws.process import start
from tests.include.local_aws.jobs import (
    ROLE,
    XGBOOST,
    Clients,
    csv,
    endless,
    finished,
    log_lines,
    put_tables,
    refused,
    table,
    training,
    transform,
    tuning,
    until,
)

LOST = "InternalServerError: The embedded AWS endpoint ended while the job was running. Please try again."


def test_finished_work_stays_and_running_jobs_fail(tmp_path: Path) -> None:
    running = start(tmp_path)
    clients = Clients.of(running.url)
    clients.s3.create_bucket(Bucket="work")
    put_tables(clients.s3, "work")
    tag = {"Key": "team", "Value": "x"}
    clients.sagemaker.create_training_job(**training("work", "done", Tags=[tag]))
    before = finished(clients.sagemaker, "Training", "done")
    container = {"Image": XGBOOST, "ModelDataUrl": before["ModelArtifacts"]["S3ModelArtifacts"]}
    clients.sagemaker.create_model(ModelName="model", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    lines = log_lines(clients.logs, "Training", "done")
    for name in ("running", "stopping", "waiting"):
        clients.sagemaker.create_training_job(**endless("work", name))
    for name in ("running", "stopping"):
        until(
            lambda name=name: clients.sagemaker.describe_training_job(TrainingJobName=name),
            lambda found: found["SecondaryStatus"] == "Training",
        )
    clients.sagemaker.create_transform_job(**transform("work", "waiting", "model"))
    rows = b"y,a,b,c,d\n" + csv(table(520))
    clients.s3.put_object(Bucket="work", Key="search/train.csv", Body=rows)
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://work/search/"}}
    clients.sagemaker.create_auto_ml_job(
        AutoMLJobName="search",
        InputDataConfig=[{"DataSource": source, "TargetAttributeName": "y"}],
        OutputDataConfig={"S3OutputPath": "s3://work/automl"},
        RoleArn=ROLE,
    )
    clients.sagemaker.create_hyper_parameter_tuning_job(**tuning("work", "tuned", 3, rounds=50_000_000))
    tuned = {"HyperParameterTuningJobName": "tuned"}
    until(
        lambda: clients.sagemaker.describe_hyper_parameter_tuning_job(**tuned)["TrainingJobStatusCounters"],
        lambda counted: counted["InProgress"] == 2,
    )
    running.kill()

    with start(tmp_path) as again:
        clients = Clients.of(again.url)
        after = clients.sagemaker.describe_training_job(TrainingJobName="done")
        for description in (before, after):
            description.pop("ResponseMetadata")
        assert after == before
        assert clients.sagemaker.list_tags(ResourceArn=after["TrainingJobArn"])["Tags"] == [tag]
        assert log_lines(clients.logs, "Training", "done") == lines
        assert lines
        for name in ("running", "stopping", "waiting"):
            lost = clients.sagemaker.describe_training_job(TrainingJobName=name)
            assert (lost["TrainingJobStatus"], lost["SecondaryStatus"]) == ("Failed", "Failed")
            assert lost["FailureReason"] == LOST
            assert lost["SecondaryStatusTransitions"][-1]["Status"] == "Failed"
            assert lost["TrainingEndTime"]
            assert refused(clients.sagemaker.stop_training_job, TrainingJobName=name)[0] == "ValidationException"
        lost = clients.sagemaker.describe_transform_job(TransformJobName="waiting")
        assert (lost["TransformJobStatus"], lost["FailureReason"]) == ("Failed", LOST)
        lost = clients.sagemaker.describe_auto_ml_job(AutoMLJobName="search")
        assert (lost["AutoMLJobStatus"], lost["AutoMLJobSecondaryStatus"]) == ("Failed", "Failed")
        assert lost["FailureReason"] == LOST
        assert lost["EndTime"]
        lost = clients.sagemaker.describe_hyper_parameter_tuning_job(**tuned)
        assert (lost["HyperParameterTuningJobStatus"], lost["FailureReason"]) == ("Failed", LOST)
        assert lost["HyperParameterTuningEndTime"]
        counted = lost["TrainingJobStatusCounters"]
        assert (counted["InProgress"], counted["RetryableError"]) == (0, 2)
        assert lost["ObjectiveStatusCounters"] == {"Succeeded": 0, "Pending": 0, "Failed": 2}
        assert not [path for path in (tmp_path / "jobs").rglob("*") if path.is_file()]

        # and the endpoint works on: the old artifact serves a new job
        clients.sagemaker.create_transform_job(**transform("work", "next", "model"))
        assert finished(clients.sagemaker, "Transform", "next")["TransformJobStatus"] == "Completed"


def test_a_clean_stop_is_told_the_same_way(tmp_path: Path) -> None:
    with start(tmp_path) as running:
        clients = Clients.of(running.url)
        clients.s3.create_bucket(Bucket="work")
        put_tables(clients.s3, "work")
        clients.sagemaker.create_training_job(**endless("work", "running"))
    with start(tmp_path) as again:
        lost = Clients.of(again.url).sagemaker.describe_training_job(TrainingJobName="running")
        assert (lost["TrainingJobStatus"], lost["FailureReason"]) == ("Failed", LOST)


def _told(way: str, pid: int) -> list[int]:
    """Whom a signal reaches: the endpoint, its process group, or all its processes, as when a service is stopped."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    if way == "group":
        processes = [one for one in processes if os.getpgid(one.pid) == os.getpgid(pid)]
    return [one.pid for one in (processes if way != "endpoint" else processes[:1])]


@pytest.mark.whole
@pytest.mark.parametrize("way", ["endpoint", "group", "all"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_signal_is_lost_and_its_jobs_are_told_as_interrupted(
    tmp_path: Path, way: str, number: signal.Signals
) -> None:
    running = start(tmp_path)
    clients = Clients.of(running.url)
    clients.s3.create_bucket(Bucket="work")
    put_tables(clients.s3, "work")
    names = [f"job-{place}" for place in range(3)]
    for name in names:
        clients.sagemaker.create_training_job(**endless("work", name))
    until(
        lambda: clients.sagemaker.describe_training_job(TrainingJobName="job-0"),
        lambda found: found["SecondaryStatus"] == "Training",
    )
    for pid in reversed(_told(way, running.pid)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    assert psutil.Process(running.pid).wait(30) is None or not psutil.pid_exists(running.pid)
    running.stop()
    with start(tmp_path) as again:
        sagemaker = Clients.of(again.url).sagemaker
        told = [sagemaker.describe_training_job(TrainingJobName=name) for name in names]
    assert [(one["TrainingJobStatus"], one["FailureReason"]) for one in told] == [("Failed", LOST)] * 3
