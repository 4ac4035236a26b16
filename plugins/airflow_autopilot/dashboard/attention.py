"""What Airflow knows that waits for a person: questions that nobody has answered, and runs that failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.models import DagRun, TaskInstance
from airflow.models.hitl import HITLDetail
from airflow.models.xcom import XComModel
from sqlalchemy import func, select

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# By name: the second one came with Airflow 3.3.
_WAITING = ("deferred", "awaiting_input", "running")

# Kind of DAG -> its first task, which returns the run's key, and the folder of its page.
_PAGES = {"retrain": ("prepare", "runs"), "score": ("check", "scores")}


@dataclass(frozen=True)
class Wanted:
    """One thing for a person.

    :param sentence: what it is.
    :param path: where to see to it, below Airflow's own root.
    """

    dag_id: str
    sentence: str
    path: str


def questions(session: Session, dag_ids: Iterable[str]) -> list[Wanted]:
    """Return what the runs of some DAGs ask and nobody has answered, the oldest first."""
    asked = (
        select(TaskInstance.dag_id, TaskInstance.run_id, TaskInstance.task_id, HITLDetail.subject)
        .join(TaskInstance, HITLDetail.ti_id == TaskInstance.id)
        .where(
            TaskInstance.dag_id.in_(list(dag_ids)),
            HITLDetail.responded_at.is_(None),
            TaskInstance.state.in_(_WAITING),
        )
        .order_by(HITLDetail.created_at)
    )
    return [
        Wanted(dag_id, f"Waits for an answer: {subject}", f"{_run(dag_id, run_id)}/tasks/{task_id}/required_actions")
        for dag_id, run_id, task_id, subject in session.execute(asked)
    ]


def failures(session: Session, dag_ids: Iterable[str]) -> list[Wanted]:
    """Return the DAGs whose newest run has failed."""
    newest = (
        select(DagRun.dag_id, func.max(DagRun.run_after).label("newest"))
        .where(DagRun.dag_id.in_(list(dag_ids)))
        .group_by(DagRun.dag_id)
        .subquery()
    )
    found = select(DagRun.dag_id, DagRun.run_id).join(
        newest, (DagRun.dag_id == newest.c.dag_id) & (DagRun.run_after == newest.c.newest)
    )
    return [
        Wanted(dag_id, f"The newest run of {dag_id} failed: {run_id}", _run(dag_id, run_id))
        for dag_id, run_id in session.execute(found.where(DagRun.state == "failed"))
    ]


def keys_underway(session: Session, dag_id: str) -> list[str]:
    """Return the keys of the runs of a retraining DAG that have not ended, the newest first."""
    runs = select(DagRun.run_id).where(DagRun.dag_id == dag_id, DagRun.state == "running")
    found = [key_of_run(session, dag_id, run_id) for run_id in session.scalars(runs.order_by(DagRun.run_after.desc()))]
    return [one[1] for one in found if one is not None]


def key_of_run(session: Session, dag_id: str, run_id: str) -> tuple[str, str, str] | None:
    """Return the model, ``runs`` or ``scores``, and the key of a run, as its first task returned it; None: none did."""
    left = select(XComModel).where(
        XComModel.dag_id == dag_id,
        XComModel.run_id == run_id,
        XComModel.key == "return_value",
        XComModel.task_id.in_([first for first, _ in _PAGES.values()]),
    )
    for one in session.scalars(left):
        returned: Any = XComModel.deserialize_value(one)
        if not isinstance(returned, dict) or "key" not in returned:
            continue
        for kind, (first, folder) in _PAGES.items():
            if (one.task_id, dag_id) == (first, f"{returned.get('model')}_{kind}"):
                return str(returned["model"]), folder, str(returned["key"])
    return None


def _run(dag_id: str, run_id: str) -> str:
    return f"dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"
