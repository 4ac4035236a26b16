"""The form of a DAG is the DAG's alone: no task has a copy of it, and every task that runs is told what it says."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from include.autopilot.settings.config import load_models

WITH_FORM = ("backtest", "exam", "retrain", "rollback", "score", "search")


@pytest.fixture(scope="module", params=WITH_FORM)
def dag(request: pytest.FixtureRequest) -> Any:
    model = next(one for one in load_models() if one.name == "bace")
    return getattr(import_module(f"dags.{request.param}"), request.param)(model)


def test_no_task_has_a_copy_of_the_form(dag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    stored = DagSerialization.to_dict(dag)["dag"]
    assert len(stored["params"]) == len(dag.params) > 0
    # A mapped task keeps its own in partial_kwargs.
    assert [
        task
        for task in stored["tasks"]
        if (task["__var"].get("params") or task["__var"].get("partial_kwargs", {}).get("params"))
    ] == []


def test_a_task_that_runs_has_what_the_form_says(dag: Any) -> None:
    from airflow.sdk.definitions.param import process_params

    name = next(iter(dag.params))
    for task in dag.tasks:
        told = process_params(dag, task, {}, suppress_exception=True)
        assert set(told) == set(dag.params)
        assert name in told


def test_a_value_that_the_form_does_not_allow_is_refused() -> None:
    from airflow.sdk.definitions.param import process_params
    from airflow.sdk.exceptions import ParamValidationError

    model = next(one for one in load_models() if one.name == "bace")
    dag = import_module("dags.retrain").retrain(model)
    with pytest.raises(ParamValidationError, match="last_drops"):
        process_params(dag, dag.tasks[0], {"last_drops": 0}, suppress_exception=False)
