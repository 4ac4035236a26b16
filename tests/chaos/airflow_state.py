"""What Airflow says about the runs: read from its database, changed through its REST API."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import sqlalchemy
from sqlalchemy.exc import OperationalError

SECONDS_TO_ANSWER = 300.0
_PAUSE_SECONDS = 1.0
_TASKS = "SELECT run_id, task_id, state, pid, try_number FROM task_instance WHERE dag_id LIKE 'chaos_%'"
_RUNS = "SELECT run_id, state FROM dag_run WHERE dag_id LIKE 'chaos_%'"
# Every clear raises it by one, whatever the task was doing; so it tells whether an unanswered clear has happened.
_CLEARS = "SELECT run_id, clear_number FROM dag_run WHERE dag_id LIKE 'chaos_%'"


@dataclass(frozen=True)
class Task:
    """A task instance: its state, and the process that runs it or ran it last."""

    state: str | None
    pid: int | None
    tries: int


class AirflowState:
    """The runs of one Airflow.

    A busy Airflow answers late, or that its database is locked. Everything here is then asked again, and done once.

    :param database: its SQLAlchemy address.
    :param api: the address of its api-server.
    :param patience: seconds until a question without an answer is an error.
    """

    def __init__(self, database: str, api: str, patience: float = SECONDS_TO_ANSWER) -> None:
        self._engine = sqlalchemy.create_engine(database, poolclass=sqlalchemy.NullPool)  # nothing is left open
        self._patience = patience
        # One at a time: two changes at once can stand in each other's way inside the api-server.
        self._one = threading.Lock()
        # A long time to answer: what is asked again should not still be under way.
        self._http = httpx.Client(base_url=f"{api}/api/v2", timeout=httpx.Timeout(30, read=patience))

    @property
    def locks_rows(self) -> bool:
        """Whether Airflow's database can hold a row against another writer; Airflow asks SQLite for no locks."""
        return self._engine.dialect.name != "sqlite"

    def tasks(self) -> dict[tuple[str, str], Task]:
        """Give every task instance by (run, task)."""
        return {(run, task): Task(*state) for run, task, *state in self._rows(_TASKS)}

    def runs(self) -> dict[str, str]:
        """Give every run's state."""
        return {run: str(state) for run, state in self._rows(_RUNS)}

    def knows(self, dag: str) -> bool:
        """Whether the DAG file has been read."""
        try:
            return self._http.get(f"/dags/{dag}").is_success
        except httpx.TransportError:
            return False

    def import_errors(self) -> str:
        """Say why a DAG file could not be read."""
        try:
            return self._http.get("/importErrors").text
        except httpx.TransportError as error:
            return f"the api-server does not tell: {error!r}"

    def trigger(self, dag: str, run: str, conf: dict[str, Any]) -> None:
        """Start a run; the second time its id is refused as a conflict, so there is one."""
        self._send("POST", f"/dags/{dag}/dagRuns", {"dag_run_id": run, "logical_date": None, "conf": conf})

    def clear(self, dag: str, run: str, task: str) -> None:
        """Clear a task and what comes after it, as the UI's button does; once, for twice makes two generations."""
        asked = {"dry_run": False, "only_failed": False, "include_downstream": True}
        before = self._clears(run)
        self._send(
            "POST",
            f"/dags/{dag}/clearTaskInstances",
            {**asked, "dag_run_id": run, "task_ids": [task]},
            done=lambda: self._clears(run) > before,
        )

    def fail_task(self, dag: str, run: str, task: str) -> None:
        """Mark a task failed; what is failed already stays as it is."""
        self._send("PATCH", f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}", {"new_state": "failed"})

    def fail_run(self, dag: str, run: str) -> None:
        """Mark a run failed; what is failed already stays as it is."""
        self._send("PATCH", f"/dags/{dag}/dagRuns/{run}", {"state": "failed"})

    def _clears(self, run: str) -> int:
        return int(dict(map(tuple, self._rows(_CLEARS)))[run])

    def _send(self, method: str, path: str, body: dict[str, Any], done: Callable[[], bool] = lambda: False) -> None:
        """Ask until there is an answer, or until it shows that what was asked has been done."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self._one:
                    reply = self._http.request(method, path, json=body)
                told = f"{reply.status_code} {reply.text[:500]}"
            except httpx.TransportError as error:
                reply, told = None, repr(error)
            if reply is not None and not reply.is_server_error:
                break
            if done():
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"{method} {path} {body}: {told}")
            time.sleep(_PAUSE_SECONDS)
        if reply.is_error and reply.status_code != httpx.codes.CONFLICT:
            raise RuntimeError(f"{method} {path} {body}: {told}")

    def _rows(self, query: str) -> list[Any]:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self._engine.connect() as connection:
                    return list(connection.execute(sqlalchemy.text(query)))
            except OperationalError:
                # Locked by a process that was just killed, or no connection is free.
                if time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE_SECONDS)
