from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from include.local_aws.faults import Faults
from include.local_aws.faults.jobs import NO_CAPACITY
from include.local_aws.process import start
from tests.include.local_aws.jobs import (
    Clients,
    endless,
    finished,
    processing,
    put_tables,
    training,
    unique,
    until,
)

SPOT = {"EnableManagedSpotTraining": True}


def patience(seconds: int) -> dict[str, Any]:
    """The members of a spot job that has this long in all."""
    return {**SPOT, "StoppingCondition": {"MaxRuntimeInSeconds": seconds, "MaxWaitTimeInSeconds": seconds}}


def run(clients: Clients, request: dict[str, Any]) -> dict[str, Any]:
    clients.sagemaker.create_training_job(**request)
    return finished(clients.sagemaker, "Training", request["TrainingJobName"])


def phases(described: dict[str, Any]) -> list[str]:
    return [entry["Status"] for entry in described["SecondaryStatusTransitions"]]


def ended(described: dict[str, Any]) -> tuple[str, str]:
    return described["TrainingJobStatus"], described["SecondaryStatus"]


def test_no_capacity(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "capacity", "count": 1}])
    name = unique("job")
    found = run(impatient, training(table_bucket, name))
    assert ended(found) == ("Failed", "Failed")
    assert found["FailureReason"] == NO_CAPACITY
    assert phases(found) == ["Starting", "Failed"]
    assert "TrainingStartTime" not in found
    assert "BillableTimeInSeconds" not in found
    assert ended(run(impatient, training(table_bucket, f"{name}-again"))) == ("Completed", "Completed")


def test_no_capacity_for_the_other_kinds(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "capacity", "operation": "*Processing*", "seconds": 0.5}])
    name = unique("job")
    began = time.monotonic()
    impatient.sagemaker.create_processing_job(**processing(table_bucket, name))
    found = finished(impatient.sagemaker, "Processing", name)
    assert time.monotonic() - began >= 0.5
    assert (found["ProcessingJobStatus"], found["FailureReason"]) == ("Failed", NO_CAPACITY)
    assert "ProcessingStartTime" not in found


def test_only_the_jobs_that_match_are_hit(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "capacity", "job": "bad-*"}])
    assert ended(run(impatient, training(table_bucket, unique("good")))) == ("Completed", "Completed")
    assert ended(run(impatient, training(table_bucket, unique("bad")))) == ("Failed", "Failed")


def test_a_slow_start(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "slow_start", "seconds": 1}])
    found = run(impatient, training(table_bucket, unique("job")))
    assert ended(found) == ("Completed", "Completed")
    first = found["SecondaryStatusTransitions"][0]
    assert first["Status"] == "Starting"
    assert (first["EndTime"] - first["StartTime"]).total_seconds() >= 1
    assert (found["TrainingStartTime"] - found["CreationTime"]).total_seconds() >= 1


def test_a_job_that_waits_to_start_holds_up_no_other(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "slow_start", "seconds": 600, "job": "slow-*"}])
    slow = [unique("slow") for _ in range(3)]
    for name in slow:
        impatient.sagemaker.create_training_job(**training(table_bucket, name))
    assert ended(run(impatient, training(table_bucket, unique("job")))) == ("Completed", "Completed")
    for name in slow:
        assert impatient.sagemaker.describe_training_job(TrainingJobName=name)["SecondaryStatus"] == "Starting"
        impatient.sagemaker.stop_training_job(TrainingJobName=name)
        found = finished(impatient.sagemaker, "Training", name, 5)
        assert ended(found) == ("Stopped", "Stopped")
        assert phases(found) == ["Starting", "Stopping", "Stopped"]


def test_an_interrupted_spot_job_is_started_again(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "interrupt", "wait": 1.5, "count": 1}])
    found = run(impatient, training(table_bucket, unique("job"), **patience(600)))
    assert ended(found) == ("Completed", "Completed")
    once = ["Starting", "Downloading", "Training"]
    assert phases(found) == [*once, "Interrupted", *once, "Uploading", "Completed"]
    assert (
        found["SecondaryStatusTransitions"][3]["StatusMessage"]
        == "The managed spot training instances were interrupted"
    )
    assert found["FinalMetricDataList"]
    assert found["ModelArtifacts"]["S3ModelArtifacts"].endswith("/output/model.tar.gz")
    # The instance that was not there is not billed.
    assert found["TrainingTimeInSeconds"] - found["BillableTimeInSeconds"] in {1, 2}
    total = (found["TrainingEndTime"] - found["TrainingStartTime"]).total_seconds()
    assert found["TrainingTimeInSeconds"] == max(1, round(total))


def test_an_interruption_comes_in_the_middle(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "interrupt", "seconds": 0.7, "wait": 600}])
    name = unique("job")
    impatient.sagemaker.create_training_job(**endless(table_bucket, name, **patience(900)))
    found = until(
        lambda: impatient.sagemaker.describe_training_job(TrainingJobName=name),
        lambda described: described["SecondaryStatus"] == "Interrupted",
    )
    assert found["TrainingJobStatus"] == "InProgress"
    trained = found["SecondaryStatusTransitions"][2]
    assert trained["Status"] == "Training"
    assert (trained["EndTime"] - trained["StartTime"]).total_seconds() >= 0.7
    impatient.sagemaker.stop_training_job(TrainingJobName=name)
    assert ended(finished(impatient.sagemaker, "Training", name, 5)) == ("Stopped", "Stopped")


def test_a_job_is_started_again_only_so_often(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "interrupt", "restarts": 1}])
    found = run(impatient, training(table_bucket, unique("job"), **patience(600)))
    assert ended(found) == ("Stopped", "Interrupted")
    once = ["Starting", "Downloading", "Training", "Interrupted"]
    assert phases(found) == [*once, *once]
    assert "EndTime" in found["SecondaryStatusTransitions"][-1]
    assert "ModelArtifacts" not in found
    assert faults.rules()[0]["fired"] == 2


def test_waiting_for_an_instance_has_an_end(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "interrupt", "wait": 600}])
    found = run(impatient, training(table_bucket, unique("job"), **patience(2)))
    assert ended(found) == ("Stopped", "MaxWaitTimeExceeded")
    assert phases(found) == ["Starting", "Downloading", "Training", "Interrupted", "MaxWaitTimeExceeded"]
    assert 2 <= (found["TrainingEndTime"] - found["CreationTime"]).total_seconds() < 6


def test_waiting_for_the_first_instance_counts(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "slow_start", "seconds": 600}])
    found = run(impatient, training(table_bucket, unique("job"), **patience(1)))
    assert ended(found) == ("Stopped", "MaxWaitTimeExceeded")
    assert phases(found) == ["Starting", "MaxWaitTimeExceeded"]
    assert "BillableTimeInSeconds" not in found


def test_what_was_waited_is_missing_in_the_end(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    """MaxWaitTimeInSeconds is for waiting and running together; the model saved by then is kept."""
    faults.set([{"fault": "slow_start", "seconds": 2}])
    request = endless(table_bucket, unique("job"), **patience(5))
    request["HyperParameters"]["save_model_on_termination"] = "true"
    found = run(impatient, request)
    assert ended(found) == ("Stopped", "MaxWaitTimeExceeded")
    assert found["ModelArtifacts"]["S3ModelArtifacts"].endswith("/output/model.tar.gz")


def test_a_job_on_demand_is_never_interrupted(faults: Faults, impatient: Clients, table_bucket: str) -> None:
    faults.set([{"fault": "interrupt"}])
    assert ended(run(impatient, training(table_bucket, unique("job")))) == ("Completed", "Completed")
    assert faults.rules()[0]["fired"] == 0


def test_an_endpoint_that_stops_does_not_wait(tmp_path: Path) -> None:
    with start(tmp_path, faults=True) as running:
        clients = Clients.of(running.url)
        clients.s3.create_bucket(Bucket="bucket")
        put_tables(clients.s3, "bucket")
        Faults(running.url).set([{"fault": "slow_start", "seconds": 600}])
        clients.sagemaker.create_training_job(**training("bucket", "job"))
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert (tmp_path / "server.log").read_text() == ""
