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
    "open_run": {"prepare", "check_drift", "preflight", "guard"},
    "prepare": {
        *("check_drift", "preflight", "choose_path", "fit_request", "featurizer_request", "missing_features"),
        *("training_request", "search_again_request", "guard", "model_request", "prediction_request", "evaluate"),
        "report",
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
    "create_model": {"prediction_request", "report"},
    "prediction_request": {"predict_holdout"},
    "predict_holdout": {"evaluate", "report"},
    "evaluate": {"report"},
    "report": set(),
}
SEARCH = {
    "open_run": {"search_request", "publish_template"},
    "search_request": {"search"},
    "search": {"publish_template"},
    "publish_template": set(),
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
    assert sorted(again.dags) == ["bace_retrain", "bace_search"]


@pytest.mark.parametrize(("dag_id", "shape"), [("bace_retrain", RETRAIN), ("bace_search", SEARCH)])
def test_shape(bag: Any, dag_id: str, shape: dict[str, set[str]]) -> None:
    dag = bag.dags[dag_id]
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == shape


def test_backfills_get_an_interval_and_a_form(bag: Any) -> None:
    dag = bag.dags["bace_retrain"]
    assert type(dag.timetable).__name__ == "CronDataIntervalTimetable"
    assert dag.catchup is False
    assert dag.max_active_runs == 4
    assert sorted(dag.params) == [
        "cutoff", "dry_run", "featurizer", "instance_count", "instance_type", "last_drops",
        "max_runtime_seconds", "scope", "spot",
    ]  # fmt: skip


def test_parsing_loads_no_heavy_library() -> None:
    script = "import sys; import dags.retrain, dags.search; print(*sorted(sys.modules))"
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
