"""What starts a scoring, and the Asset that a promotion updates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable

from airflow_autopilot.championasset import champion, schedule_of
from airflow_autopilot.steps.announcing import announce
from include.autopilot.config import ModelConfig, load_models
from include.autopilot.scoreconfig import ScoreConfig
from tests.conftest import register


@pytest.fixture
def model() -> ModelConfig:
    return next(model for model in load_models() if model.name == "bace")


def test_the_asset_is_the_pointer_in_s3(model: ModelConfig) -> None:
    found = champion(model)
    assert (found.name, found.uri, found.group) == (
        "bace_champion",
        "s3://autopilot-retrain/bace/champion.json",
        "autopilot",
    )


def test_without_an_input_only_a_person_scores(model: ModelConfig) -> None:
    assert schedule_of(model) is None


def test_a_new_champion_fixed_times_or_both(model: ModelConfig) -> None:
    def schedule(*settings: object) -> object:
        return schedule_of(replace(model, score=ScoreConfig("s3://new/rows/", *settings)))  # type: ignore[arg-type]

    assert schedule() == [champion(model)]
    assert schedule(None, False) is None
    assert isinstance(schedule("0 6 * * 1", False), CronTriggerTimetable)
    both = schedule("0 6 * * 1")
    assert isinstance(both, AssetOrTimeSchedule)
    assert isinstance(both.timetable, CronTriggerTimetable)


def test_retraining_and_rollback_announce_what_deploying_waits_for(model: ModelConfig) -> None:
    from dags.deploy import deploy
    from dags.retrain import retrain
    from dags.rollback import rollback

    for dag in (retrain(model), rollback(model)):
        assert [one for one in dag.task_dict["announce"].outlets if isinstance(one, Asset)] == [champion(model)]
        assert [task.task_id for task in dag.tasks if task.outlets] == ["announce"]
    assert deploy(model).timetable.asset_condition.objects == (champion(model),)


@pytest.mark.parametrize(("kind", "events"), [("promoted", 1), ("kept", 0)])
def test_airflow_records_an_event_only_for_a_new_champion(
    airflow_db: None, model: ModelConfig, kind: str, events: int
) -> None:
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.sdk import DAG, task
    from airflow.utils.session import create_session
    from sqlalchemy import func, select

    asset = champion(replace(model, name=f"asset_{kind}", root=f"s3://assets/{kind}"))
    with DAG(f"announces_{kind}", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        task(announce, outlets=[asset])({"kind": kind, "sentence": "It is better."})
    register(dag)
    assert dag.test(logical_date=datetime(2025, 7, 1, tzinfo=UTC)).state == "success"
    with create_session() as session:
        asked = select(func.count()).select_from(AssetEvent).join(AssetModel, AssetModel.id == AssetEvent.asset_id)
        assert session.scalar(asked.where(AssetModel.uri == asset.uri)) == events
