"""A run's note: left by a task, written by the process that ends the run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk import DAG, get_current_context, task

from airflow_autopilot.notes import NOTE, on_dag_run_success
from tests.support.airflowdb import ran

SAID = "promoted (better): It is better.\nMSE 0.04 on 80 rows of sealed\nReport: s3://b/report.html"


def leaves(text: str | None) -> Any:
    def report() -> None:
        if text:
            get_current_context()["ti"].xcom_push(NOTE, text)

    name = f"leaves_{'a_note' if text else 'none'}"
    with DAG(name, schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        task(report)()
    return ran(dag, logical_date=datetime(2025, 7, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("left", "before", "after"), [(SAID, None, SAID), (SAID, "Mine.", "Mine."), (None, None, None)]
)
def test_what_a_task_has_left_becomes_the_runs_note(
    airflow_db: None, left: str | None, before: str | None, after: str | None
) -> None:
    from airflow.models import DagRun
    from airflow.utils.session import create_session

    ended = leaves(left)
    with create_session() as session:
        run: Any = session.get(DagRun, ended.id)
        run.note = before
        on_dag_run_success(run, "success")
    with create_session() as session:
        kept: Any = session.get(DagRun, ended.id)
        assert kept.note == after


def test_airflow_calls_it() -> None:
    from airflow.listeners.listener import ListenerManager

    from airflow_autopilot import notes

    manager = ListenerManager()
    manager.add_listener(notes)
    assert [one.plugin for one in manager.hook.on_dag_run_success.get_hookimpls()] == [notes]
