"""Capacity that is not there yet, and deadlines: real DAG runs against an embedded AWS that misbehaves."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_sagemaker_once import errors
from airflow_sagemaker_once.operators import AutopilotSearchOperator
from airflow_sagemaker_once.submit import Submission
from tests.support.faulty import CONNECTION, Faulty
from tests.support.onetask import result, run
from tests.support.trainings import request

SHORT = timedelta(seconds=0.5)
NEVER = timedelta(0)
BOTH_MODES = pytest.mark.parametrize("deferrable", [True, False], ids=["deferred", "in the worker"])


def told(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    return caplog.text + "".join(capfd.readouterr())


def two_instances(name: str) -> dict[str, Any]:
    """A request that the embedded AWS refuses with ResourceLimitExceeded: its quota is one instance."""
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5}
    return request(name, ResourceConfig=resources)


@BOTH_MODES
def test_a_quota_that_stays_used_up_fails_when_the_wait_is_over(
    airflow_db: None,
    faulty: Faulty,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    deferrable: bool,
) -> None:
    faulty.faults.set([{"fault": "resource_limit", "operation": "sagemaker.CreateTrainingJob"}])
    config = request(f"quota-{deferrable}")
    with caplog.at_level(logging.INFO):
        ended = run(
            config, deferrable=deferrable, aws_conn_id=CONNECTION, capacity_wait=2 * SHORT, capacity_pause=SHORT
        )
    assert ended.state == "failed"
    assert faulty.faults.calls()["sagemaker.CreateTrainingJob"] == 3
    assert faulty.created("quota") == []
    said = told(caplog, capfd)
    assert errors.NoCapacity.__name__ in said
    assert "Ask for another instance type or a higher quota, or raise capacity_wait" in said


def test_without_a_wait_it_asks_once(airflow_db: None, faulty: Faulty) -> None:
    faulty.faults.set([{"fault": "resource_limit", "operation": "sagemaker.CreateTrainingJob"}])
    ended = run(request("quota-once"), aws_conn_id=CONNECTION, capacity_wait=NEVER)
    assert ended.state == "failed"
    assert faulty.faults.calls()["sagemaker.CreateTrainingJob"] == 1


def test_a_quota_below_the_request_fails_at_once(
    airflow_db: None, faulty: Faulty, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        ended = run(two_instances("quota-never"), aws_conn_id=CONNECTION, retries=2, retry_delay=NEVER)
    (instance,) = ended.get_task_instances()
    assert (ended.state, instance.try_number) == ("failed", 1)
    assert faulty.faults.calls()["sagemaker.CreateTrainingJob"] == 1
    said = told(caplog, capfd)
    assert "The training job quota-never can never start, however long it waits" in said
    assert "is 1 Instances, with current utilization of 0 Instances and a request delta of 2 Instances" in said


@BOTH_MODES
def test_a_quota_that_is_freed_meanwhile_is_used(airflow_db: None, faulty: Faulty, deferrable: bool) -> None:
    faulty.faults.set([{"fault": "resource_limit", "operation": "sagemaker.CreateTrainingJob", "count": 2}])
    ended = run(request(f"freed-{deferrable}"), deferrable=deferrable, aws_conn_id=CONNECTION, capacity_pause=SHORT)
    assert ended.state == "success"
    assert faulty.created(f"freed-{deferrable}") == [f"freed-{deferrable}"]


@BOTH_MODES
def test_a_job_that_found_no_instance_is_asked_for_again(airflow_db: None, faulty: Faulty, deferrable: bool) -> None:
    faulty.faults.set([{"fault": "capacity", "count": 1}])
    name = f"capacity-{deferrable}"
    ended = run(request(name), deferrable=deferrable, aws_conn_id=CONNECTION, capacity_pause=SHORT)
    assert ended.state == "success"
    assert result(ended)["name"] == f"{name}-r1"
    assert faulty.created(name) == [name, f"{name}-r1"]


@BOTH_MODES
def test_asking_again_for_jobs_that_find_no_instance_has_an_end(
    airflow_db: None, faulty: Faulty, deferrable: bool
) -> None:
    faulty.faults.set([{"fault": "capacity"}])
    name = f"nowhere-{deferrable}"
    ended = run(
        request(name), deferrable=deferrable, aws_conn_id=CONNECTION, capacity_wait=2 * SHORT, capacity_pause=SHORT
    )
    assert ended.state == "failed"
    assert faulty.created(name) == [name, f"{name}-r1", f"{name}-r2"]


def test_how_long_a_search_was_there_that_failed_for_a_quota_counts_as_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had trained is paid for, and another one would train it again."""
    operator = AutopilotSearchOperator(task_id="search", config={"AutoMLJobName": "searched"})
    waited: list[float] = []
    monkeypatch.setattr(operator, "_log_of", lambda *_: [])
    monkeypatch.setattr(operator, "_wait_for_capacity", lambda _context, seconds, _reason: waited.append(seconds))
    began = datetime(2024, 1, 1, tzinfo=UTC)
    times = {"CreationTime": began, "EndTime": began.replace(hour=1)}
    failed = {"AutoMLJobStatus": "Failed", "FailureReason": "ResourceLimitExceeded: used up", **times}
    operator._finish({}, Submission("searched", failed, "created", owned=True), True, 60.0)
    assert waited == [3660.0]


@BOTH_MODES
def test_a_job_past_the_deadline_is_stopped(
    airflow_db: None,
    faulty: Faulty,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    deferrable: bool,
) -> None:
    # The job's own limit and the time to upload and report, here a second and one.
    monkeypatch.setattr("airflow_sagemaker_once.owned_job._GRACE_SECONDS", 1)
    faulty.faults.set([{"fault": "slow_start", "seconds": 600}])
    name = f"deadline-{deferrable}"
    asked = request(name, StoppingCondition={"MaxRuntimeInSeconds": 1})
    with caplog.at_level(logging.INFO):
        ended = run(asked, deferrable=deferrable, aws_conn_id=CONNECTION)
    assert ended.state == "failed"
    said = told(caplog, capfd)
    assert errors.DeadlinePassed.__name__ in said
    assert f"The training job {name} was not done in time; it is Stop" in said
    assert faulty.client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] in ("Stopping", "Stopped")


def test_stop_on_kill_false_leaves_a_late_job_running(
    airflow_db: None, faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airflow_sagemaker_once.owned_job._GRACE_SECONDS", 1)
    faulty.faults.set([{"fault": "slow_start", "seconds": 600}])
    asked = request("deadline-left", StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert run(asked, aws_conn_id=CONNECTION, stop_on_kill=False).state == "failed"
    described = faulty.client.describe_training_job(TrainingJobName="deadline-left")
    assert described["TrainingJobStatus"] == "InProgress"
    faulty.client.stop_training_job(TrainingJobName="deadline-left")
