"""What a run says of itself in Airflow's list of runs: a note, written by the scheduler when the run has succeeded.

A task cannot write a note on its own run. It leaves the text as an XCom, and this listener, in the process that ends
the run, takes it from there. A note that a person has written stays.
"""

from __future__ import annotations

from typing import Any

from airflow.listeners import hookimpl

# The key of the XCom.
NOTE = "dag_run_note"
_LONGEST = 1000


@hookimpl
def on_dag_run_success(dag_run: Any, msg: str) -> None:  # noqa: ARG001 - Airflow passes it by name
    """Write the note that a task of the run has left."""
    from airflow.models.xcom import XComModel
    from sqlalchemy import select
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is None or dag_run.note:
        return
    left = select(XComModel).where(
        XComModel.dag_id == dag_run.dag_id, XComModel.run_id == dag_run.run_id, XComModel.key == NOTE
    )
    found = session.scalars(left.order_by(XComModel.timestamp.desc()).limit(1)).first()
    if found is not None:
        dag_run.note = str(XComModel.deserialize_value(found))[:_LONGEST]
