"""The DAG files: they import without errors, quickly, and have the shape people know."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.support.repository import ROOT

RETRAIN = {
    "prepare": {"check_drift", "preflight"},
    "check_drift": {"seal"},
    "preflight": {"seal"},
    "seal": {"fit_featurizer", "featurize", "create_champion", "create_examinee"},
    "fit_featurizer": {"create_featurizer", "create_model"},
    "create_featurizer": {"featurize"},
    "featurize": {"guard"},
    "guard": {"train", "search_again"},
    "train": {"create_model"},
    "search_again": {"create_model"},
    "create_model": {"predict", "judge"},
    "predict": {"judge"},
    "create_champion": {"predict_champion"},
    "predict_champion": {"judge"},
    "judge": {"register"},
    "register": {"promote"},
    "promote": {"report"},
    "report": set(),
    "create_examinee": {"sit_exam", "mark_exam"},
    "sit_exam": {"mark_exam"},
    "mark_exam": {"report"},
}
APPROVAL = {"register": {"approve", "promote"}, "approve": {"approved"}, "approved": {"promote"}}
BUDGET = {
    "check_drift": {"check_budget", "seal"},
    "preflight": {"check_budget", "seal"},
    "check_budget": {"approve_spending"},
    "approve_spending": {"seal"},
}
SEARCH: dict[str, set[str]] = {"prepare": {"search"}, "search": {"publish"}, "publish": set()}
ROLLBACK: dict[str, set[str]] = {"roll_back": set()}
SCORE = {"check": {"create_champion"}, "create_champion": {"predict"}, "predict": {"join"}, "join": set()}
EXAM = {
    "prepare_exam": {"create_examinee"},
    "create_examinee": {"sit_exam", "mark_exam"},
    "sit_exam": {"mark_exam"},
    "mark_exam": set(),
}
BACKTEST = {"prepare_backtest": {"deal"}, "deal": {"predict"}, "predict": {"report"}, "report": set()}
DEPLOY = {
    "prepare": {"create_champion"},
    "create_champion": {"configure"},
    "configure": {"update_endpoint"},
    "update_endpoint": set(),
}
# What a run may not need; the words are those that the graph shows.
OPTIONAL = {"refit", "search again", "approval", "budget", "exam"}


@pytest.fixture(scope="module")
def bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(ROOT / "dags"))


def test_all_import_within_two_seconds(bag: Any) -> None:
    from airflow.dag_processing.dagbag import DagBag

    started = time.process_time()
    again = DagBag(dag_folder=str(ROOT / "dags"))
    assert time.process_time() - started < 2
    assert not bag.import_errors
    # Other tests' models may stand beside the files'.
    for model in ("bace", "bace_scaffold"):
        found = sorted(name for name in again.dags if name.rpartition("_")[0] == model)
        assert found == [f"{model}_{kind}" for kind in ("backtest", "exam", "retrain", "rollback", "score", "search")]


@pytest.mark.parametrize(
    ("dag_id", "shape"),
    [
        ("bace_retrain", RETRAIN),
        ("bace_search", SEARCH),
        ("bace_rollback", ROLLBACK),
        ("bace_score", SCORE),
        ("bace_exam", EXAM),
        ("bace_backtest", BACKTEST),
    ],
)
def test_shape(bag: Any, dag_id: str, shape: dict[str, set[str]]) -> None:
    dag = bag.dags[dag_id]
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == shape


def length(dag: Any, passed_over: set[str]) -> int:
    """The tasks of the longest chain, those passed over not counted."""

    @cache
    def until(task_id: str) -> int:
        before = (until(one) for one in dag.get_task(task_id).upstream_task_ids)
        return max(before, default=0) + (task_id not in passed_over)

    return max(until(task_id) for task_id in dag.task_ids)


def groups(dag: Any) -> dict[str, set[str]]:
    """What stands on a group of the graph -> its tasks."""
    return {
        group.group_display_name or str(group.group_id): {task.task_id for task in group.iter_tasks()}
        for group in dag.task_group.get_task_group_dict().values()
        if group.group_id
    }


def test_the_graph_is_short_enough_to_read() -> None:
    from dags.retrain import retrain
    from include.autopilot.settings.config import load_models

    (bace,) = (model for model in load_models() if model.name == "bace")
    dag = retrain(bace)
    found = groups(dag)
    assert set(found) == {"check", "refit", "search again", "champion", "exam"}
    assert len(dag.tasks) - len(found["exam"]) <= 18
    # The exam is beside all that; it makes no chain longer.
    assert length(dag, set()) == length(retrain(replace(bace, exam="off")), set())
    assert length(dag, found["refit"] | found["search again"]) <= 12
    more = retrain(replace(bace, approval="required", budget_usd=1.0))
    optional = set().union(*(tasks for name, tasks in groups(more).items() if name in OPTIONAL))
    assert length(more, optional) <= 12


def test_a_second_challenger_makes_no_chain_longer_without_a_decline() -> None:
    from dags.retrain import retrain
    from include.autopilot.settings.config import load_models

    bace = next(model for model in load_models() if model.name == "bace")
    plain, auto = retrain(bace), retrain(replace(bace, window="auto", gate=replace(bace.gate, judge_on="recent")))
    shape = {task.task_id: set(task.downstream_task_ids) for task in auto.tasks}
    assert {name: shape[name] for name in groups(auto)["window"]} == {
        "train_window": {"create_window"}, "create_window": {"predict_window"}, "predict_window": {"measure_second"},
        "measure_second": {"judge"},
    }  # fmt: skip
    assert shape["guard"] == RETRAIN["guard"] | {"train_window"}
    # A training or a prediction that failed skips what needs it, and that is no failure to the judge.
    assert [auto.get_task(task).trigger_rule for task in ("create_window", "measure_second", "judge")] == [
        "one_done", "one_done", "none_failed",
    ]  # fmt: skip
    assert length(auto, groups(auto)["window"]) == length(plain, set())
    assert length(auto, set()) == length(plain, set()) + 1


def test_a_retune_is_there_where_the_yaml_says_so_and_beside_the_training() -> None:
    from dags.retrain import retrain
    from include.autopilot.settings.config import load_models
    from include.autopilot.settings.retune import RetuneConfig

    bace = next(model for model in load_models() if model.name == "bace")
    plain = retrain(bace)
    assert "retune" not in plain.task_dict
    for tuned in (retrain(replace(bace, recipe="retune")), retrain(replace(bace, retune=RetuneConfig()))):
        assert groups(tuned)["retune"] == {"retune"}
        assert tuned.get_task("retune").upstream_task_ids == {"guard"}
        assert tuned.get_task("retune").downstream_task_ids == {"create_model"}
        assert tuned.get_task("retune").take_over
        assert length(tuned, set()) == length(plain, set())
    assert retrain(replace(bace, recipe="retune")).params["recipe"] == "retune"


def test_the_champion_answers_beside_the_training(bag: Any) -> None:
    dag = bag.dags["bace_retrain"]
    before = dag.get_task("predict_champion").get_flat_relative_ids(upstream=True)
    assert not before & {"featurize", "guard", "train", "create_model", "predict"}


def test_a_model_without_exams_has_none(bag: Any) -> None:
    from dags.retrain import retrain
    from include.autopilot.settings.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    assert "exam" not in groups(retrain(replace(model, exam="off")))
    before = bag.dags["bace_retrain"].get_task("sit_exam").get_flat_relative_ids(upstream=True)
    assert not before & {"featurize", "guard", "train", "create_champion"}


@pytest.mark.parametrize("then", ["retrain", "search"])
def test_a_decline_is_followed_by_what_the_model_says(then: Any) -> None:
    from dags.exam import exam
    from include.autopilot.settings.config import load_models
    from include.autopilot.settings.decline import DeclineConfig

    model = next(model for model in load_models() if model.name == "bace")
    dag = exam(replace(model, decline=DeclineConfig(then=then, schedule="0 5 * * *")))
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == {
        **EXAM,
        "mark_exam": {f"trigger_{then}"},
        f"trigger_{then}": set(),
    }
    assert dag.timetable.expression == "0 5 * * *"
    # Without a time the drops start it, if their queue is known.
    queue = "https://sqs.us-east-1.amazonaws.com/123456789012/bace-drops"
    heard = exam(replace(model, drops_queue_url=queue, decline=DeclineConfig(then=then)))
    (drops,) = heard.timetable.asset_condition.objects
    assert [watcher.name for watcher in drops.watchers] == ["bace_drops"]


def test_only_a_model_that_is_deployed_has_a_dag_for_it() -> None:
    from dags.deploy import deploy
    from include.autopilot.settings.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    dag = deploy(replace(model, deploy="endpoint"))
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == DEPLOY
    assert dag.max_active_runs == 1  # so that the last run has seen the last champion


def test_a_model_that_needs_approval_asks_before_it_promotes() -> None:
    from dags.retrain import retrain
    from include.autopilot.settings.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    dag = retrain(replace(model, approval="required", approval_timeout_seconds=3600))
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == {**RETRAIN, **APPROVAL}
    budgeted = retrain(replace(model, budget_usd=1.0))
    assert {task.task_id: set(task.downstream_task_ids) for task in budgeted.tasks} == {**RETRAIN, **BUDGET}
    from dags.backtest import backtest

    tested = backtest(replace(model, budget_usd=1.0))
    assert {task.task_id: set(task.downstream_task_ids) for task in tested.tasks} == {
        **BACKTEST,
        "prepare_backtest": {"check_budget", "deal"},
        "check_budget": {"approve_spending"},
        "approve_spending": {"deal"},
    }
    question: Any = dag.get_task("approve")
    # What follows it directly is skipped by a rejection, so it must not be the promotion, which records the answer.
    assert question.response_timeout.total_seconds() == 3600
    assert question.defaults == ["Reject"]
    # Airflow's page lets nobody answer while a field that must be filled in is empty.
    assert question.params.get_param("note").schema["type"] == ["null", "string"]
    assert dag.get_task("promote").trigger_rule == "none_failed"


def test_a_search_is_tried_again_and_paid_once(bag: Any) -> None:
    dag = bag.dags["bace_search"]
    assert {task.retries for task in dag.tasks} == {2}
    assert [dag.get_task("search").take_over, bag.dags["bace_retrain"].get_task("search_again").take_over] == [True] * 2


def test_every_dag_tells_people_what_it_does_with_a_picture_and_a_way_to_its_model(bag: Any) -> None:
    for dag_id, dag in bag.dags.items():
        model = dag.default_args["owner"]
        assert dag_id.startswith(f"{model}_")
        assert "<model>" not in dag.doc_md
        assert "![From the drop to the prediction](/autopilot/flow.svg)" in dag.doc_md
        assert f"(/autopilot/models/{model})" in dag.doc_md


def test_an_owner_leads_to_the_models_page_where_airflow_knows_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_autopilot.described import described
    from include.autopilot.settings.config import find_model

    bace = find_model("bace")
    assert "owner_links" not in described(bace, "It.")
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/team/")
    said = described(bace, "It is `<model>_x`.")
    assert said["owner_links"] == {"bace": "https://airflow.example/team/autopilot/models/bace"}
    assert said["doc_md"].startswith("It is `bace_x`.\n\n![From the drop to the prediction](/team/autopilot/flow.svg)")


def test_a_rollback_asks_for_version_and_reason(bag: Any) -> None:
    assert sorted(bag.dags["bace_rollback"].params) == ["reason", "version"]


def test_backfills_get_an_interval_and_a_form(bag: Any) -> None:
    dag = bag.dags["bace_retrain"]
    assert type(dag.timetable).__name__ == "CronDataIntervalTimetable"
    assert dag.catchup is False
    assert dag.max_active_runs == 4
    assert sorted(dag.params) == [
        "cutoff", "dry_run", "featurizer", "instance_count", "instance_type", "last_drops", "max_runtime_seconds",
        "recipe", "scope", "spot",
    ]  # fmt: skip


def test_parsing_loads_no_heavy_library() -> None:
    modules = ", ".join(f"dags.{path.stem}" for path in sorted((ROOT / "dags").glob("*.py")))
    script = f"import sys; import {modules}; print(*sorted(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"}
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    loaded = set(ended.stdout.split())
    assert not loaded & {"pandas", "sklearn", "xgboost", "matplotlib", "scipy", "moto"}


def test_a_model_without_a_schedule_runs_by_hand_only() -> None:
    from airflow.sdk.definitions.timetables.simple import NullTimetable

    from dags.retrain import retrain
    from include.autopilot.settings.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    assert isinstance(retrain(replace(model, schedule=None)).timetable, NullTimetable)


RETRAIN_ASSETS = {
    "prepare": (["bace_drops", "bace_template"], []),
    "featurize": (["bace_drops", "bace_template"], ["bace_features"]),
    "guard": (["bace_features"], []),
    "train": (["bace_features"], []),
    "create_model": (["bace_features"], ["bace_model"]),
    "predict": (["bace_model"], ["bace_predictions"]),
    "judge": (["bace_predictions"], []),
    "promote": (["bace_model"], ["bace_new_champion"]),
}
LINEAGE = {
    "bace_search": {"prepare": (["bace_drops"], []), "publish": (["bace_drops"], ["bace_template"])},
    "bace_retrain": RETRAIN_ASSETS,
    "bace_score": {"join": (["bace_champion"], ["bace_scores"])},
    "bace_rollback": {"roll_back": ([], ["bace_new_champion"])},
}


@pytest.mark.parametrize(("dag_id", "lineage"), LINEAGE.items())
def test_lineage(bag: Any, dag_id: str, lineage: dict[str, Any]) -> None:
    found = {
        task.task_id: ([one.name for one in task.inlets], [one.name for one in task.outlets])
        for task in bag.dags[dag_id].tasks
    }
    assert {task: ends for task, ends in found.items() if any(ends)} == lineage


@pytest.mark.parametrize("trigger", ["drop", "both"])
def test_a_dag_that_drops_start_can_be_stored(trigger: str) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    from dags.retrain import retrain
    from include.autopilot.settings.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    queue = "https://sqs.us-east-1.amazonaws.com/123456789012/bace-drops"
    stored = DagSerialization.to_dict(retrain(replace(model, trigger=trigger, drops_queue_url=queue)))  # type: ignore[arg-type]
    restored = DagSerialization.from_dict(stored)
    assert restored.timetable.periodic is (trigger == "both")
