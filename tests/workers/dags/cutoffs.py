"""The chain once a month, waiting in its worker, so that a worker that is killed holds a task."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from tests.support.chain import chain

with DAG(
    "chaos_cutoffs",
    schedule="0 0 1 * *",
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    # Nothing is due by itself.
    end_date=datetime(2024, 12, 31, tzinfo=UTC),
    catchup=False,
    max_active_runs=4,
    is_paused_upon_creation=False,
    default_args={"retries": 4, "retry_delay": timedelta(seconds=1)},
) as dag:
    chain("{{ logical_date | ds_nodash }}", "120", deferrable=False)
