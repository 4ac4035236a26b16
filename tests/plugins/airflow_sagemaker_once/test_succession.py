"""What follows on a killed or cleared task: nothing is left running, and nothing that is still wanted is stopped."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from airflow_sagemaker_once import kinds, owned_job, succession
from airflow_sagemaker_once.operators import AutopilotTrainingOperator
from airflow_sagemaker_once.secrecy import airflow_mask
from airflow_sagemaker_once.submit import submit
from airflow_sagemaker_once.succession import finished_earlier, is_taken_over, stop_earlier_generations
from tests.support.airflowdb import ran
from tests.support.trainings import ended, long, names, owner, request, status, stopped


def started(client: Any, name: str, tags: dict[str, str]) -> None:
    submit(client, kinds.TRAINING, long(name), tags)


def test_a_new_generation_stops_what_is_left_of_the_earlier_ones(client: Any) -> None:
    started(client, "cleared", owner(0))
    client.stop_training_job(TrainingJobName="cleared")
    assert stopped(client, "cleared") == "Stopped"
    started(client, "cleared", owner(0))  # the next attempt, -r1
    started(client, "cleared-g2", owner(2))
    stop_earlier_generations(client, kinds.TRAINING, "cleared", owner(3))
    assert stopped(client, "cleared-r1") == "Stopped"
    assert stopped(client, "cleared-g2") == "Stopped"


def test_the_first_generation_and_the_jobs_of_others_are_left_alone(client: Any) -> None:
    started(client, "others", owner(0, "another run"))
    try:
        stop_earlier_generations(client, kinds.TRAINING, "others", owner(1))
        stop_earlier_generations(client, kinds.TRAINING, "others", owner(0, "another run"))
        assert status(client, "others") == "InProgress"
    finally:
        client.stop_training_job(TrainingJobName="others")


def test_a_finished_job_of_an_earlier_generation_is_taken_over_if_it_is_what_is_asked_for(client: Any) -> None:
    asked = {**request("again"), "Tags": [{"Key": "airflow-autopilot:input", "Value": "rows-1"}]}
    submit(client, kinds.TRAINING, asked, owner(0))
    assert ended(client, "again") == "Completed"

    def found(wanted: dict[str, Any], tags: dict[str, str]) -> str | None:
        taken = finished_earlier(client, kinds.TRAINING, wanted, "again", tags, airflow_mask)
        return taken.name if taken else None

    assert found({**asked, "TrainingJobName": "again-g2"}, owner(2)) == "again"
    assert found(asked, owner(0)) is None
    assert found(asked, owner(2, "another run")) is None
    assert found({**asked, "HyperParameters": {"num_round": "3"}}, owner(2)) is None
    # The same address with other rows in it.
    assert found({**asked, "Tags": [{"Key": "airflow-autopilot:input", "Value": "rows-2"}]}, owner(2)) is None


def test_a_failed_job_is_not_taken_over(client: Any) -> None:
    asked = request("again-broken", data="s3://submit/broken/")
    submit(client, kinds.TRAINING, asked, owner(0))
    assert ended(client, "again-broken") == "Failed"
    assert finished_earlier(client, kinds.TRAINING, asked, "again-broken", owner(1), airflow_mask) is None


@pytest.mark.parametrize("take_over", [True, False])
def test_who_clears_an_operator_that_may_take_over_pays_once(
    airflow_db: None, client: Any, monkeypatch: pytest.MonkeyPatch, take_over: bool
) -> None:
    from airflow.sdk import DAG

    name = f"paid-{take_over}".lower()
    for generation in (0, 1):
        with DAG(f"{name}_{generation}", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
            AutopilotTrainingOperator(task_id="train", config=request(name), take_over=take_over)
        # What a clear changes: the number of tries that the task is granted.
        monkeypatch.setattr(owned_job, "generation_of", lambda _, number=generation: number)
        monkeypatch.setattr(owned_job, "owner_tags", lambda _, number=generation: owner(number))
        assert ran(dag, logical_date=datetime(2025, 8, 1, generation, tzinfo=UTC)).state == "success"
    assert names(client, name) == [name] if take_over else [name, f"{name}-g1"]


class KilledWhileItAsks(AutopilotTrainingOperator):
    """SIGTERM arrives while the job is being made."""

    def requests(self, context: Any) -> list[dict[str, Any]]:
        self.on_kill()
        return super().requests(context)


class KilledBeforeItAsks(AutopilotTrainingOperator):
    """SIGTERM arrives before the task has begun."""

    def execute(self, context: Any) -> dict[str, Any]:
        self.on_kill()
        return super().execute(context)


def killed(name: str, operator: type[AutopilotTrainingOperator]) -> str:
    """Run a DAG of one task that is killed; gives the run's state."""
    from airflow.sdk import DAG

    with DAG(name, schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        operator(task_id="train", config=long(name))
    return str(ran(dag, logical_date=datetime(2025, 7, 1, tzinfo=UTC)).state)


def test_a_kill_while_the_request_is_under_way_leaves_no_job_running(airflow_db: None, client: Any) -> None:
    assert killed("killed-while", KilledWhileItAsks) == "failed"
    assert stopped(client, "killed-while") == "Stopped"


def test_a_kill_before_the_request_makes_no_job(airflow_db: None, client: Any) -> None:
    assert killed("killed-before", KilledBeforeItAsks) == "failed"
    assert names(client, "killed-before") == []


class Store:
    """The task_state_store of a try; ``error`` is what the api-server answers, ``free`` when the line to it is free."""

    def __init__(self, error: ErrorResponse | None = None, free: threading.Event | None = None) -> None:
        self.error, self.free = error, free

    def delete(self, _key: str) -> None:
        if self.free:
            self.free.wait()
        if self.error:
            raise AirflowRuntimeError(self.error)


def context(store: Store, state: str | None) -> dict[str, Any]:
    instance = SimpleNamespace(dag_id="d", run_id="r", task_id="t", map_index=-1)
    instance.get_task_states = lambda **_: {"r": {"t": state}}
    return {"ti": instance, "task_state_store": store}


def answer(code: int) -> ErrorResponse:
    return ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": code})


@pytest.mark.parametrize(
    ("error", "state", "taken_over"),
    [
        (answer(404), "queued", True),
        (answer(404), "running", True),
        (answer(404), None, True),
        (answer(404), "restarting", False),
        (answer(500), "running", False),
        (None, "failed", False),
        (None, "running", False),
    ],
)
def test_only_a_task_instance_that_is_gone_and_not_cleared_goes_on(
    error: ErrorResponse | None, state: str | None, taken_over: bool
) -> None:
    assert is_taken_over(context(Store(error), state)) is taken_over


def test_nobody_can_tell_before_airflow_3_3_or_before_the_task_began() -> None:
    assert is_taken_over({"ti": object()}) is False
    assert is_taken_over(None) is False


class SlowStore(Store):
    """An api-server that needs longer than a quick one, and less than Airflow waits before it sends SIGKILL."""

    def delete(self, key: str) -> None:
        time.sleep(2.5)
        super().delete(key)


def test_an_answer_of_a_busy_airflow_still_counts() -> None:
    assert is_taken_over(context(SlowStore(answer(404)), "queued")) is True


def test_an_answer_that_cannot_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(succession, "_SECONDS_TO_ANSWER", 0.1)
    free = threading.Event()
    try:
        assert is_taken_over(context(Store(answer(404), free), "running")) is False
    finally:
        free.set()


def test_a_task_that_is_taken_over_leaves_its_job_to_the_next_try(client: Any) -> None:
    started(client, "taken-over", owner(0))
    operator = AutopilotTrainingOperator(task_id="train", config=long("taken-over"))
    operator._submission = submit(client, kinds.TRAINING, long("taken-over"), owner(0))
    operator._context = context(Store(answer(404)), "queued")  # type: ignore[assignment]
    operator.on_kill()
    assert status(client, "taken-over") == "InProgress"
    operator._context = context(Store(), "failed")  # type: ignore[assignment]
    operator.on_kill()
    assert stopped(client, "taken-over") == "Stopped"
