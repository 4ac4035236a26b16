"""The things that DAGs make and use, as Airflow's Assets: so the UI draws what comes from what, across DAGs.

A name and an address per model and thing, the same for ever; what an event is about stands in its run. Whoever names an
asset takes it from here: Airflow compares definitions, watchers included, and the last one read would win.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import (
    Asset,
    AssetAlias,
    AssetOrTimeSchedule,
    AssetWatcher,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
)

from airflow_autopilot.droptrigger import DropTrigger
from include.autopilot.base.locations import Locations

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.autopilot.settings.config import ModelConfig


def drops(model: ModelConfig) -> Asset:
    """Return the drops: from outside. If the model's YAML wants it, their queue is watched."""
    watchers = []
    if model.trigger != "schedule" or (_exams_by_drop(model) and model.drops_queue_url):
        trigger = DropTrigger(model=model.name, root=model.root, queue_url=model.drops_queue_url or "")
        watchers.append(AssetWatcher(name=f"{model.name}_drops", trigger=trigger))
    return Asset(name=f"{model.name}_drops", uri=Locations(model.root).drops, group="autopilot", watchers=watchers)


def template(model: ModelConfig) -> Asset:
    """Return the template: published by the search, replayed by every retraining."""
    return _asset(model, "template")


def features(model: ModelConfig) -> Asset:
    """Return the drops' features: made once each, trained on by many runs."""
    return _asset(model, "features")


def trained_model(model: ModelConfig) -> Asset:
    """Return the full pipeline model of a retraining; the artifacts lie beside their run."""
    return _asset(model, "model")


def predictions(model: ModelConfig) -> Asset:
    """Return the predictions of a model; they lie beside their run."""
    return _asset(model, "predictions")


def champion(model: ModelConfig) -> Asset:
    """Return the champion, announced by promotions and rollbacks; its address is that of the pointer in S3."""
    return Asset(name=f"{model.name}_champion", uri=Locations(model.root).champion, group="autopilot")


def new_champion(model: ModelConfig) -> AssetAlias:
    """Return what a promotion or a rollback updates the champion by: a task with the Asset itself always would."""
    return AssetAlias(name=f"{model.name}_new_champion", group="autopilot")


def scores(model: ModelConfig) -> Asset:
    """Return the champion's predictions of new rows."""
    return _asset(model, "scores")


def schedule_of(model: ModelConfig) -> Any:
    """Return what starts a model's retraining: its intervals, new drops, or both."""
    intervals = CronDataIntervalTimetable(model.schedule, timezone="UTC") if model.schedule else None
    if model.trigger == "schedule":
        return intervals
    if model.trigger == "drop" or intervals is None:
        return [drops(model)]
    return AssetOrTimeSchedule(timetable=intervals, assets=[drops(model)])


def exam_schedule_of(model: ModelConfig) -> Any:
    """Return what starts a model's exams besides retrainings: fixed times, new drops, or (None) only a person."""
    if model.decline.schedule is not None:
        return CronTriggerTimetable(model.decline.schedule, timezone="UTC")
    return [drops(model)] if _exams_by_drop(model) else None


def _exams_by_drop(model: ModelConfig) -> bool:
    return model.exam == "on" and model.decline.then != "tell" and model.decline.schedule is None


def scoring_schedule_of(model: ModelConfig) -> Any:
    """Return what starts a model's scoring: fixed times, a new champion, both, or (None) only a person."""
    if model.score is None:
        return None
    times = CronTriggerTimetable(model.score.schedule, timezone="UTC") if model.score.schedule else None
    if not model.score.on_new_champion:
        return times
    return AssetOrTimeSchedule(timetable=times, assets=[champion(model)]) if times else [champion(model)]


def _asset(model: ModelConfig, thing: str) -> Asset:
    return Asset(name=f"{model.name}_{thing}", uri=f"{model.root}/{thing}", group="autopilot")


def triggering_events(context: Context) -> list[Any]:
    """Return the asset events that started a run, in no particular order; none if something else did."""
    events = context.get("triggering_asset_events") or {}
    return [event for asset_events in events.values() for event in asset_events]
