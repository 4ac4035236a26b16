"""A DAG that new drops start, and its schedule too, as ``trigger: both`` makes one."""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from airflow_autopilot import assets
from include.autopilot.drops.deliveries import delivered_until
from tests.backfills.model import MODEL


@dag(
    dag_id=MODEL.name,
    schedule=assets.schedule_of(MODEL),
    start_date=MODEL.start_date,
    catchup=False,
    max_active_runs=1,
)
def heard() -> None:
    """Return the cutoff that the drops give."""

    @task
    def cutoff() -> str:
        events = assets.triggering_events(get_current_context())
        return str(delivered_until(event.extra for event in events))

    cutoff()


heard()
