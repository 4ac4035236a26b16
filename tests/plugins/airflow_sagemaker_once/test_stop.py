"""A stopped job is really stopped, and one that has ended is left as it is."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from airflow_sagemaker_once import kinds, stop
from airflow_sagemaker_once.stop import stop_and_confirm
from tests.support.faulty import Faulty
from tests.support.trainings import ended, request


def test_a_running_job(client: Any) -> None:
    hyperparameters = {"num_round": "50000000", "objective": "reg:squarederror"}
    client.create_training_job(**request("stop-running", HyperParameters=hyperparameters))
    while client.describe_training_job(TrainingJobName="stop-running")["SecondaryStatus"] != "Training":
        time.sleep(0.1)
    assert stop_and_confirm(client, kinds.TRAINING, "stop-running") in ("Stopping", "Stopped")
    while (status := ended(client, "stop-running")) == "Stopping":
        time.sleep(0.1)
    assert status == "Stopped"


def test_a_job_that_has_not_started_yet(faulty: Faulty) -> None:
    faulty.faults.set([{"fault": "slow_start", "seconds": 600}])
    faulty.client.create_training_job(**request("stop-early"))
    assert stop_and_confirm(faulty.client, kinds.TRAINING, "stop-early") in ("Stopping", "Stopped")


def test_a_finished_job_stays_as_it_is(client: Any) -> None:
    client.create_training_job(**request("stop-finished"))
    assert ended(client, "stop-finished") == "Completed"
    assert stop_and_confirm(client, kinds.TRAINING, "stop-finished") == "Completed"


def test_a_missing_job(client: Any) -> None:
    assert stop_and_confirm(client, kinds.TRAINING, "stop-missing") == "absent"


def test_a_model_cannot_run() -> None:
    assert stop_and_confirm(None, kinds.MODEL, "m") == "absent"


class EndsMeanwhile:
    """The job ends between Describe and Stop; with a ``code``, Stop is refused with it."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.status = "InProgress"

    def describe_training_job(self, **_: str) -> dict[str, str]:
        return {"TrainingJobStatus": self.status}

    def stop_training_job(self, **_: str) -> None:
        self.status = "Completed"
        raise ClientError({"Error": {"Code": self.code, "Message": "The request was rejected"}}, "StopTrainingJob")


def test_a_job_that_ends_between_the_two_calls() -> None:
    assert stop_and_confirm(EndsMeanwhile("ValidationException"), kinds.TRAINING, "j") == "Completed"


def test_any_other_refusal_is_told() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        stop_and_confirm(EndsMeanwhile("AccessDeniedException"), kinds.TRAINING, "j")


def test_waiting_for_the_confirmation_has_an_end(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop, "SECONDS_TO_CONFIRM", 0.3)
    monkeypatch.setattr(stop, "_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(kinds.JobKind, "stop", lambda *_: None)  # AWS takes the call and does nothing for a while
    faulty.faults.set([{"fault": "slow_start", "seconds": 600}])
    faulty.client.create_training_job(**request("stop-slow"))
    assert stop_and_confirm(faulty.client, kinds.TRAINING, "stop-slow") == "InProgress"
    monkeypatch.undo()
    faulty.client.stop_training_job(TrainingJobName="stop-slow")
