"""The DAG files: they import without errors, quickly, and have the shape people know."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import ROOT

RETRAIN = {
    "open_run": {"prepare", "check_drift", "preflight", "guard", "champion_request", "judge", "register", "promote"},
    "prepare": {
        *("check_drift", "preflight", "choose_path", "fit_request", "featurizer_request", "missing_features"),
        *("training_request", "search_again_request", "guard", "model_request", "prediction_request", "evaluate"),
        *("report", "champion_request", "champion_prediction_request", "judge", "register", "promote"),
    },
    "check_drift": {"preflight"},
    "preflight": {"choose_path"},
    "choose_path": {"fit_request", "missing_features", "training_request", "search_again_request"},
    "fit_request": {"fit_featurizer"},
    "fit_featurizer": {"featurizer_request", "model_request", "report"},
    "featurizer_request": {"create_featurizer"},
    "create_featurizer": {"missing_features", "report"},
    "missing_features": {"featurize"},
    "featurize": {"training_request", "report"},
    "training_request": {"train", "guard"},
    "guard": {"train", "search_again"},
    "train": {"model_request", "report"},
    "search_again_request": {"search_again", "guard"},
    "search_again": {"model_request", "report"},
    "model_request": {"create_model"},
    "create_model": {"prediction_request", "judge", "register", "report"},
    "prediction_request": {"predict_holdout"},
    "predict_holdout": {"evaluate", "report"},
    "evaluate": {"champion_request"},
    "champion_request": {"create_champion"},
    "create_champion": {"champion_prediction_request", "report"},
    "champion_prediction_request": {"predict_champion"},
    "predict_champion": {"judge", "report"},
    "judge": {"register"},
    "register": {"promote"},
    "promote": {"report", "announce"},
    "announce": set(),
    "report": set(),
}
APPROVAL = {
    "register": {"choose_approval", "promote"},
    "choose_approval": {"approve", "promote"},
    "approve": {"approved"},
    "approved": {"promote"},
}
SEARCH = {
    "open_run": {"search_request", "publish_template"},
    "search_request": {"search"},
    "search": {"publish_template"},
    "publish_template": set(),
}


ROLLBACK = {"roll_back": {"announce"}, "announce": set()}
SCORE = {
    "open_run": {"check"},
    "check": {"model_request", "prediction_request", "join"},
    "model_request": {"create_champion"},
    "create_champion": {"prediction_request"},
    "prediction_request": {"predict"},
    "predict": {"join"},
    "join": set(),
}
DEPLOY = {
    "open_run": {"deploy_requests"},
    "deploy_requests": {"create_champion", "configure", "update_endpoint"},
    "create_champion": {"configure"},
    "configure": {"update_endpoint"},
    "update_endpoint": set(),
}


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
    assert sorted(again.dags) == ["bace_retrain", "bace_rollback", "bace_score", "bace_search"]


@pytest.mark.parametrize(
    ("dag_id", "shape"),
    [("bace_retrain", RETRAIN), ("bace_search", SEARCH), ("bace_rollback", ROLLBACK), ("bace_score", SCORE)],
)
def test_shape(bag: Any, dag_id: str, shape: dict[str, set[str]]) -> None:
    dag = bag.dags[dag_id]
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == shape


def test_only_a_model_that_is_deployed_has_a_dag_for_it() -> None:
    from dags.deploy import deploy
    from include.autopilot.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    dag = deploy(replace(model, deploy="endpoint"))
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == DEPLOY
    assert dag.max_active_runs == 1  # so that the last run has seen the last champion


def test_a_model_that_needs_approval_asks_before_it_promotes() -> None:
    from dags.retrain import retrain
    from include.autopilot.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    dag = retrain(replace(model, approval="required", approval_timeout_seconds=3600))
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == {**RETRAIN, **APPROVAL}
    question: Any = dag.get_task("approve")
    # What follows it directly is skipped by a rejection, so it must not be the promotion, which records the answer.
    assert question.response_timeout.total_seconds() == 3600
    assert question.defaults == ["Reject"]
    assert dag.get_task("promote").trigger_rule == "none_failed"


def test_a_rollback_asks_for_version_and_reason(bag: Any) -> None:
    assert sorted(bag.dags["bace_rollback"].params) == ["reason", "version"]


def test_backfills_get_an_interval_and_a_form(bag: Any) -> None:
    dag = bag.dags["bace_retrain"]
    assert type(dag.timetable).__name__ == "CronDataIntervalTimetable"
    assert dag.catchup is False
    assert dag.max_active_runs == 4
    assert sorted(dag.params) == [
        "cutoff", "dry_run", "featurizer", "instance_count", "instance_type", "last_drops", "max_runtime_seconds",
        "scope", "spot",
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
    from include.autopilot.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    assert isinstance(retrain(replace(model, schedule=None)).timetable, NullTimetable)


RETRAIN_ASSETS = {
    "prepare": (["bace_drops", "bace_template"], []),
    "featurize": (["bace_drops", "bace_template"], ["bace_features"]),
    "train": (["bace_features"], []),
    "create_model": (["bace_features"], ["bace_model"]),
    "predict_holdout": (["bace_model"], ["bace_predictions"]),
    "evaluate": (["bace_predictions"], []),
    "announce": (["bace_model"], ["bace_champion"]),
}
LINEAGE = {
    "bace_search": {"search_request": (["bace_drops"], []), "publish_template": (["bace_drops"], ["bace_template"])},
    "bace_retrain": RETRAIN_ASSETS,
    "bace_score": {"join": (["bace_champion"], ["bace_scores"])},
    "bace_rollback": {"announce": ([], ["bace_champion"])},
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
    from include.autopilot.config import load_models

    model = next(model for model in load_models() if model.name == "bace")
    queue = "https://sqs.us-east-1.amazonaws.com/123456789012/bace-drops"
    stored = DagSerialization.to_dict(retrain(replace(model, trigger=trigger, drops_queue_url=queue)))  # type: ignore[arg-type]
    restored = DagSerialization.from_dict(stored)
    assert restored.timetable.periodic is (trigger == "both")
