"""A deferred task that a person marks: its job is stopped, by the api-server or the triggerer, unless it only moved."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_sagemaker_once import kinds
from airflow_sagemaker_once.listener import on_task_instance_failed, on_task_instance_success, stop_job_of
from airflow_sagemaker_once.submit import submit
from airflow_sagemaker_once.trigger import JobTrigger, PauseTrigger, Waiting
from tests.support.trainings import long, owner, status, stopped


def waiting(name: str, owned: bool = True) -> Waiting:
    return Waiting("TrainingJob", name, "2025-01-01T00:00:00+00:00", "created", owned=owned, aws_conn_id="aws_default")


def row(trigger: Any) -> Any:
    """What the api-server hands to a listener: a database row with its trigger."""
    classpath, kwargs = trigger.serialize()
    return SimpleNamespace(trigger=SimpleNamespace(classpath=classpath, kwargs=kwargs))


def test_a_marked_task_takes_its_job_with_it(airflow_db: None, client: Any) -> None:
    submit(client, kinds.TRAINING, long("marked"), owner(0))
    thread = stop_job_of(None, row(JobTrigger(**asdict(waiting("marked")))))
    assert thread
    thread.join()
    assert stopped(client, "marked") == "Stopped"


@pytest.mark.parametrize("hook", [on_task_instance_failed, on_task_instance_success])
def test_other_ends_and_other_triggers_are_none_of_its_business(hook: Any) -> None:
    assert hook("running", row(JobTrigger(**asdict(waiting("any"))))) is None
    assert stop_job_of("running", row(JobTrigger(**asdict(waiting("any"))))) is None
    assert stop_job_of(None, row(PauseTrigger(1.0, 1.0))) is None
    assert stop_job_of(None, SimpleNamespace(trigger=None)) is None
    assert stop_job_of(None, object()) is None


def test_the_job_of_somebody_else_goes_on(airflow_db: None, client: Any) -> None:
    submit(client, kinds.TRAINING, long("not-owned"), owner(0))
    try:
        thread = stop_job_of(None, row(JobTrigger(**asdict(waiting("not-owned", owned=False)))))
        assert thread
        thread.join()
        assert status(client, "not-owned") == "InProgress"
    finally:
        client.stop_training_job(TrainingJobName="not-owned")


def test_airflow_knows_the_listener() -> None:
    from airflow import plugins_manager

    plugins, _ = plugins_manager._get_plugins()
    (ours,) = [plugin for plugin in plugins if plugin.name == "airflow_sagemaker_once"]
    assert [listener.__name__ for listener in ours.listeners] == ["airflow_sagemaker_once.listener"]


def test_a_trigger_that_moved_leaves_the_job_and_a_cancelled_one_stops_it(
    airflow_db: None, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    submit(client, kinds.TRAINING, long("moved"), owner(0))
    trigger = JobTrigger(**asdict(waiting("moved")))
    trigger._task_instance = SimpleNamespace(dag_id="d", run_id="r", task_id="t", map_index=-1)
    states = {"r": {"t": "deferred"}}
    monkeypatch.setattr(RuntimeTaskInstance, "get_task_states", staticmethod(lambda **_: states))
    asyncio.run(trigger.on_kill())
    assert status(client, "moved") == "InProgress"
    states["r"]["t"] = "failed"
    asyncio.run(trigger.on_kill())
    assert stopped(client, "moved") == "Stopped"
