"""DAGs that cost nothing but what Airflow itself does: the backfills are what is counted."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, CronDataIntervalTimetable, dag, task

NAMES = ("cheap_1", "cheap_2", "cheap_3", "cheap_4")


def cheap(name: str) -> DAG:
    """Wire a monthly DAG of two tasks that do nothing."""

    @dag(
        dag_id=name,
        schedule=CronDataIntervalTimetable("0 0 1 * *", timezone="UTC"),
        start_date=datetime(2024, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=4,
        is_paused_upon_creation=True,
    )
    def wire() -> None:
        @task
        def look() -> str:
            return "nothing to do"

        @task
        def end(seen: str) -> None:
            assert seen

        end(look())

    return wire()


for _name in NAMES:
    globals()[_name] = cheap(_name)
