"""Assets: stable names and addresses, what starts a run, and the lineage of the DAG files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable

from airflow_autopilot import assets
from airflow_autopilot.promoting import announce
from include.autopilot.settings.config import ModelConfig, load_models
from include.autopilot.settings.score import ScoreConfig
from tests.support.airflowdb import ran, register

QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/bace-drops"


@pytest.fixture
def bace() -> ModelConfig:
    return next(model for model in load_models() if model.name == "bace")


def test_names_and_addresses_follow_from_the_model(bace: ModelConfig) -> None:
    made = (assets.drops, assets.template, assets.features, assets.trained_model, assets.predictions)
    things = [make(bace) for make in (*made, assets.champion, assets.scores)]
    assert {thing.name: thing.uri for thing in things} == {
        "bace_drops": "s3://autopilot-retrain/bace/drops",
        "bace_template": "s3://autopilot-retrain/bace/template",
        "bace_features": "s3://autopilot-retrain/bace/features",
        "bace_model": "s3://autopilot-retrain/bace/model",
        "bace_predictions": "s3://autopilot-retrain/bace/predictions",
        "bace_champion": "s3://autopilot-retrain/bace/champion.json",
        "bace_scores": "s3://autopilot-retrain/bace/scores",
    }
    assert {thing.group for thing in things} == {"autopilot"}


def test_a_schedule_alone_watches_nothing(bace: ModelConfig) -> None:
    scheduled = replace(bace, trigger="schedule", drops_queue_url=QUEUE)
    assert assets.drops(scheduled).watchers == []
    assert type(assets.schedule_of(scheduled)).__name__ == "CronDataIntervalTimetable"
    assert assets.schedule_of(replace(scheduled, schedule=None)) is None


def test_drops_alone_are_a_schedule_of_assets(bace: ModelConfig) -> None:
    (watched,) = assets.schedule_of(replace(bace, trigger="drop", drops_queue_url=QUEUE))
    assert watched.name == "bace_drops"
    (watcher,) = watched.watchers
    _, kwargs = watcher.trigger.serialize()
    assert (kwargs["model"], kwargs["root"], kwargs["queue_url"]) == ("bace", "s3://autopilot-retrain/bace", QUEUE)


def test_both_keeps_the_intervals(bace: ModelConfig) -> None:
    both = assets.schedule_of(replace(bace, trigger="both", drops_queue_url=QUEUE))
    assert type(both).__name__ == "AssetOrTimeSchedule"
    assert type(both.timetable).__name__ == "CronDataIntervalTimetable"


def test_the_events_of_a_run_are_gathered_whatever_their_asset() -> None:
    context: Any = {"triggering_asset_events": {"a": [1, 2], "b": [3]}}
    assert assets.triggering_events(context) == [1, 2, 3]
    nothing: Any = {}
    assert assets.triggering_events(nothing) == []


@pytest.mark.parametrize(
    ("extra", "cutoff"),
    [
        ({"from_trigger": True, "payload": {"date": "2024-03-01", "model": "bace"}}, "2024-03-01T00:00:00+00:00"),
        ({"from_rest_api": True, "date": "2024-04-01"}, "2024-04-01T00:00:00+00:00"),
        ({"from_rest_api": True}, "2026-01-02T03:04:05+00:00"),
    ],
)
def test_the_first_task_takes_the_drops_date(
    monkeypatch: pytest.MonkeyPatch, bace: ModelConfig, extra: dict[str, Any], cutoff: str
) -> None:
    from airflow_autopilot import opening

    dag_run = SimpleNamespace(
        logical_date=None,
        data_interval_end=None,
        run_after=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        start_date=None,
        run_type="asset_triggered",
        dag_id="bace_retrain",
        run_id="asset_triggered__1",
    )
    events = {assets.drops: [SimpleNamespace(extra=extra)]}
    context = {"dag_run": dag_run, "params": {"cutoff": None}, "triggering_asset_events": events}
    monkeypatch.setattr(opening, "get_current_context", lambda: context)
    assert opening.opened(bace)["cutoff"] == cutoff
    context["params"] = {"cutoff": "2024-01-01"}
    assert opening.opened(bace)["cutoff"] == "2024-01-01T00:00:00+00:00"


def test_without_an_input_only_a_person_scores(bace: ModelConfig) -> None:
    assert assets.scoring_schedule_of(bace) is None


def test_a_new_champion_fixed_times_or_both(bace: ModelConfig) -> None:
    def schedule(*settings: object) -> object:
        return assets.scoring_schedule_of(replace(bace, score=ScoreConfig("s3://new/rows/", *settings)))  # type: ignore[arg-type]

    assert schedule() == [assets.champion(bace)]
    assert schedule(None, False) is None
    assert isinstance(schedule("0 6 * * 1", False), CronTriggerTimetable)
    both = schedule("0 6 * * 1")
    assert isinstance(both, AssetOrTimeSchedule)
    assert isinstance(both.timetable, CronTriggerTimetable)


def test_retraining_and_rollback_announce_what_deploying_waits_for(bace: ModelConfig) -> None:
    from dags.deploy import deploy
    from dags.retrain import retrain
    from dags.rollback import rollback

    for dag, task_id in ((retrain(bace), "promote"), (rollback(bace), "roll_back")):
        assert dag.task_dict[task_id].outlets == [assets.new_champion(bace)]
        # With the Asset itself it would be updated by every run.
        assert not [task.task_id for task in dag.tasks if assets.champion(bace) in task.outlets]
    assert deploy(bace).timetable.asset_condition.objects == (assets.champion(bace),)


@pytest.mark.parametrize(("kind", "events"), [("promoted", 1), ("rolled_back", 1), ("kept", 0), ("unchanged", 0)])
def test_airflow_records_an_event_only_for_a_new_champion(
    airflow_db: None, bace: ModelConfig, kind: str, events: int
) -> None:
    from airflow.models.asset import AssetDagRunQueue, AssetEvent, AssetModel
    from airflow.sdk import DAG, task
    from airflow.utils.session import create_session
    from sqlalchemy import func, select

    model = replace(bace, name=f"asset_{kind}", root=f"s3://assets/{kind}")
    asset = assets.champion(model)

    def move() -> None:
        announce(model, {"kind": kind})

    with DAG(f"announces_{kind}", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        task(move, outlets=[assets.new_champion(model)])()
    with DAG(f"waits_for_{kind}", schedule=[asset], start_date=datetime(2024, 1, 1, tzinfo=UTC)) as waiting:
        task(lambda: None, task_id="score")()
    register(waiting)
    assert ran(dag, logical_date=datetime(2025, 7, 1, tzinfo=UTC)).state == "success"
    with create_session() as session:
        asked = select(func.count()).select_from(AssetEvent).join(AssetModel, AssetModel.id == AssetEvent.asset_id)
        assert session.scalar(asked.where(AssetModel.uri == asset.uri)) == events
        queued = select(func.count()).select_from(AssetDagRunQueue)
        # What waits for the champion is to start; of scoring and deploying test_dags.py says that they do.
        assert session.scalar(queued.where(AssetDagRunQueue.target_dag_id == waiting.dag_id)) == events
