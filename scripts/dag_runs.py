"""Runs of DAGs as a person has them started: by Airflow's REST API, and waited for."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import httpx

from scripts.local_airflow import SECONDS_TO_START, NotHealthy

_QUESTIONS = 30
UNDERWAY = ("queued", "running")
# Of a run that was interrupted.
GOES_ON = "a task that was killed is tried again after about 5 minutes …"


def runs_path(dag_id: str) -> str:
    """Return where the REST API has the runs of a DAG."""
    return f"/api/v2/dags/{dag_id}/dagRuns"


def unpause(client: httpx.Client, dag_id: str) -> None:
    """Let the runs of a DAG start, as soon as Airflow has read its file.

    :raises NotHealthy: it does not read it.
    """
    deadline = time.monotonic() + SECONDS_TO_START
    while client.get(f"/api/v2/dags/{dag_id}").status_code != httpx.codes.OK:
        if time.monotonic() > deadline:
            raise NotHealthy(f"Airflow did not read {dag_id} in {SECONDS_TO_START} s; see its DAG import errors")
        time.sleep(1)
    client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()


def start_run(client: httpx.Client, dag_id: str, form: dict[str, Any], run_id: str | None = None) -> str:
    """Start a run, and give its id; one that has this id already stays as it is.

    :param form: the fields of the DAG's form that are not left as they are.
    """
    body = {"logical_date": None, "conf": form, **({"dag_run_id": run_id} if run_id else {})}
    answer = client.post(runs_path(dag_id), json=body)
    if run_id and answer.status_code == httpx.codes.CONFLICT:
        return run_id
    return str(answer.raise_for_status().json()["dag_run_id"])


def wait_for_run(client: httpx.Client, dag_id: str, run_id: str) -> dict[str, Any]:
    """Wait until a run has ended, saying for how long; gives the run."""
    began, waited = datetime.now(UTC), False
    while (run := _run(client, f"{runs_path(dag_id)}/{run_id}"))["state"] in UNDERWAY:
        print(f"\r  {run['state']} for {(datetime.now(UTC) - began).seconds} s", end="", flush=True)
        waited = True
        time.sleep(2)
    if waited:
        print(flush=True)
    return run


def _run(client: httpx.Client, url: str) -> dict[str, Any]:
    """Ask for a run; an answer that is late or lost is asked for again, for some minutes."""
    for tries_left in reversed(range(_QUESTIONS)):
        try:
            return dict(client.get(url).raise_for_status().json())
        except httpx.HTTPError:
            if not tries_left:
                raise
            time.sleep(5)
    raise AssertionError("the last try returns or raises")
