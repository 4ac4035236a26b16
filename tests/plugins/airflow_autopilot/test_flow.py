"""The adapter between DAGs and domain, and that every name that a DAG gives it is one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from airflow.sdk import XComArg
from airflow.sdk.exceptions import AirflowFailException

from airflow_autopilot.flow import OFFERED, arguments, flow
from airflow_sagemaker_once.requested import Requested
from include.autopilot.base.errors import RunError
from include.autopilot.flows.openlineage import STEPS
from include.autopilot.settings.config import NotifyConfig, load_models


class Nothing:
    """An offer that has been asked for nothing yet."""

    def __getattr__(self, name: str) -> str:
        return f"the {name}"


def needs(s3: Any, plan: Any, trained: Any, more: int = 1) -> Any:
    return s3, plan, trained, more


def test_what_is_asked_for_by_name_is_given() -> None:
    given = {"trained": {"name": "j"}, "ti": "Airflow's", "run_id": "r"}
    found = arguments(needs, given, Nothing())
    assert found == {"s3": "the s3", "plan": "the plan", "trained": {"name": "j"}}


def test_what_nobody_gives_is_an_error_that_names_it() -> None:
    with pytest.raises(TypeError, match="needs asks for 'trained', which nobody gives"):
        arguments(needs, {}, Nothing())


def test_the_domain_is_imported_when_it_is_called_and_not_before() -> None:
    later = flow("nothing.function")
    assert (later.__module__, later.__name__) == ("include.autopilot.flows.nothing", "function")
    with pytest.raises(ModuleNotFoundError, match=r"include\.autopilot\.flows\.nothing"):
        later()


def test_a_refusal_fails_the_task_at_once() -> None:
    def refuses() -> None:
        raise RunError("Deliver more rows.")

    with pytest.raises(AirflowFailException, match=r"Deliver more rows\."):
        flow(refuses)()


def calls(dag: Any) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Task id, function and arguments of everything that goes through the adapter."""
    for task in dag.tasks:
        partial = getattr(task, "partial_kwargs", {})
        given = {**(partial.get("op_kwargs") or getattr(task, "op_kwargs", None) or {})}
        if partial:
            given |= dict.fromkeys(task.expand_input.value)
        for name in ("python_callable", "config", "configs", "form"):
            function = partial.get(name, getattr(task, name, None))
            function = function.function if isinstance(function, Requested) else function
            if callable(function):
                yield task.task_id, function, given


def dags() -> Iterator[Any]:
    from dags.deploy import deploy
    from dags.retrain import retrain
    from dags.rollback import rollback
    from dags.score import score
    from dags.search import search

    (bace,) = (model for model in load_models() if model.name == "bace")
    told = NotifyConfig(sns_topic_arn="arn:aws:sns:us-east-1:123456789012:autopilot")
    asks: dict[str, Any] = {"approval": "required", "budget_usd": 1.0, "notify": told}
    asks |= {"window": "auto", "gate": replace(bace.gate, judge_on="recent")}
    full = replace(bace, search_after_losses=2, search_again="trigger", deploy="endpoint", **asks)
    yield from (make(full) for make in (retrain, search, score, rollback, deploy))


def resolved(function: Any) -> Any:
    return getattr(import_module(function.__module__), function.__name__)


def test_every_function_in_the_dags_exists_and_gets_what_it_asks_for() -> None:
    seen = []
    for dag in dags():
        for task_id, function, given in calls(dag):
            parameters = inspect.signature(resolved(function)).parameters
            assert set(given) <= set(parameters), f"{dag.dag_id}.{task_id} gives what is not asked for"
            asked = {name for name, one in parameters.items() if one.default is inspect.Parameter.empty}
            assert asked <= set(given) | OFFERED, f"{dag.dag_id}.{task_id} asks for what nobody gives"
            seen.append(task_id)
    assert {"prepare", "featurize", "train", "judge", "trigger_search", "configure", "join", "roll_back"} <= set(seen)
    assert len(seen) == sum(len(dag.tasks) for dag in dags()) - len({"approve", "approved", "approve_spending"})


def test_what_is_told_for_lineage_asks_for_what_the_step_is_given() -> None:
    told = set()
    for dag in dags():
        for task_id, function, given in calls(dag):
            if (step := STEPS.get(function.__name__)) is None:
                continue
            told.add(function.__name__)
            assert set(inspect.signature(step).parameters) <= {*given, *OFFERED, "returned"}, f"{dag.dag_id}.{task_id}"
    assert told == set(STEPS)


def test_what_tasks_are_given_is_what_earlier_ones_return() -> None:
    for dag in dags():
        for _, _, given in calls(dag):
            assert all(isinstance(one, XComArg | str | None) for one in given.values())
