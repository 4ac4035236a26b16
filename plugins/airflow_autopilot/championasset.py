"""The champion as an Airflow Asset: promotions and rollbacks announce it, scoring waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable

from include.autopilot.locations import Locations

if TYPE_CHECKING:
    from include.autopilot.config import ModelConfig


def champion(model: ModelConfig) -> Asset:
    """Return the champion; its address is that of the pointer in S3."""
    return Asset(name=f"{model.name}_champion", uri=f"{Locations(model.root).champion}", group="autopilot")


def schedule_of(model: ModelConfig) -> Any:
    """Return what starts a model's scoring: fixed times, a new champion, both, or (None) only a person."""
    if model.score is None:
        return None
    times = CronTriggerTimetable(model.score.schedule, timezone="UTC") if model.score.schedule else None
    if not model.score.on_new_champion:
        return times
    return AssetOrTimeSchedule(timetable=times, assets=[champion(model)]) if times else [champion(model)]
