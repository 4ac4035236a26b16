"""What Airflow says about the runs: read from its database, changed through its REST API."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx
import sqlalchemy

_TRIES = 20
_TASKS = "SELECT run_id, task_id, state, pid, try_number FROM task_instance WHERE dag_id LIKE 'chaos_%'"
_RUNS = "SELECT run_id, state FROM dag_run WHERE dag_id LIKE 'chaos_%'"


@dataclass(frozen=True)
class Task:
    """A task instance: its state, and the process that runs it or ran it last."""

    state: str | None
    pid: int | None
    tries: int


class AirflowState:
    """The runs of one Airflow.

    :param database: its SQLAlchemy address.
    :param api: the address of its api-server.
    """

    def __init__(self, database: str, api: str) -> None:
        self._engine = sqlalchemy.create_engine(database)
        self._http = httpx.Client(base_url=f"{api}/api/v2", timeout=60)

    def tasks(self) -> dict[tuple[str, str], Task]:
        """Give every task instance by (run, task)."""
        return {(run, task): Task(*state) for run, task, *state in self._rows(_TASKS)}

    def runs(self) -> dict[str, str]:
        """Give every run's state."""
        return {run: str(state) for run, state in self._rows(_RUNS)}

    def knows(self, dag: str) -> bool:
        """Whether the DAG file has been read."""
        return self._http.get(f"/dags/{dag}").is_success

    def import_errors(self) -> str:
        """Say why a DAG file could not be read."""
        return self._http.get("/importErrors").text

    def trigger(self, dag: str, run: str, conf: dict[str, Any]) -> None:
        """Start a run."""
        self._send("POST", f"/dags/{dag}/dagRuns", {"dag_run_id": run, "logical_date": None, "conf": conf})

    def clear(self, dag: str, run: str, task: str) -> None:
        """Clear a task and what comes after it, as the UI's button does."""
        asked = {"dry_run": False, "only_failed": False, "include_downstream": True}
        self._send("POST", f"/dags/{dag}/clearTaskInstances", {**asked, "dag_run_id": run, "task_ids": [task]})

    def fail_task(self, dag: str, run: str, task: str) -> None:
        """Mark a task failed."""
        self._send("PATCH", f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}", {"new_state": "failed"})

    def fail_run(self, dag: str, run: str) -> None:
        """Mark a run failed."""
        self._send("PATCH", f"/dags/{dag}/dagRuns/{run}", {"state": "failed"})

    def _send(self, method: str, path: str, body: dict[str, Any]) -> None:
        for _ in range(_TRIES):
            reply = self._http.request(method, path, json=body)
            if not reply.is_server_error:
                break
            time.sleep(1)  # SQLite was locked by somebody else
        if reply.is_error and reply.status_code != httpx.codes.CONFLICT:
            raise RuntimeError(f"{method} {path} {body}: {reply.status_code} {reply.text[:500]}")

    def _rows(self, query: str) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(sqlalchemy.text(query)))
