"""Whose turn it is: what has begun ends first, and a model of a higher priority goes before all others."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from airflow_autopilot.defaults import STEP, task_defaults
from include.autopilot.settings.config import ModelConfig, load_models

if TYPE_CHECKING:
    from airflow.sdk import DAG

KINDS = ("backtest", "deploy", "exam", "retrain", "rollback", "score", "search")
# The DAG with the most tasks that these models can have.
WHOLE: dict[str, Any] = {"recipe": "retune", "approval": "required", "budget_usd": 5.0, "search_after_losses": 2}


@cache
def dag_of(kind: str, model: ModelConfig) -> DAG:
    made: DAG = getattr(import_module(f"dags.{kind}"), kind)(model)
    return made


def weights(dag: DAG) -> dict[str, int]:
    """Each task's weight as Airflow's rule adds it up."""
    from airflow.task.priority_strategy import validate_and_load_priority_weight_strategy

    found = {}
    for name, task in dag.task_dict.items():
        rule = validate_and_load_priority_weight_strategy(task.weight_rule)
        assert type(rule).__name__ == "_UpstreamPriorityWeightStrategy", name
        above = task.get_flat_relative_ids(upstream=True)
        found[name] = task.priority_weight + sum(dag.task_dict[one].priority_weight for one in above)
    return found


@pytest.fixture(scope="module")
def model() -> ModelConfig:
    return replace(next(one for one in load_models() if one.name == "bace"), **WHOLE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_weighs_more_than_those_before_it(kind: str, model: ModelConfig) -> None:
    dag = dag_of(kind, model)
    found = weights(dag)
    for name, task in dag.task_dict.items():
        assert all(found[name] < found[after] for after in task.downstream_task_ids), name


@pytest.mark.parametrize("lower", range(4))
def test_the_first_task_of_a_higher_priority_goes_before_every_task_of_a_lower_one(
    lower: int, model: ModelConfig
) -> None:
    made = partial(replace, model)
    behind = [weights(dag_of(kind, made(priority=lower))) for kind in KINDS]
    ahead = [weights(dag_of(kind, made(priority=lower + 1))) for kind in KINDS]
    assert max(max(one.values()) for one in behind) < min(min(one.values()) for one in ahead)


def test_no_weight_is_more_than_the_database_keeps(model: ModelConfig) -> None:
    assert max(weights(dag_of("retrain", replace(model, priority=4))).values()) < 2**31


def test_what_the_tasks_are_told(model: ModelConfig) -> None:
    told = task_defaults(replace(model, priority=2))
    assert (told["owner"], told["retries"], told["priority_weight"]) == ("bace", 2, STEP**2)
    assert told["records_as"] == {}
    assert "records" not in task_defaults(model, keeps_records=False)
