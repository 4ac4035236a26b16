"""Airflow and its UI beside the embedded AWS, until Ctrl-C; state stays in .local/up for the next time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

import boto3
import httpx

from include.autopilot.base.locations import Locations
from include.autopilot.s3.objects import exists
from include.autopilot.settings.config import ModelConfig, broken_models, load_models
from include.local_aws.process import StartFailed, start
from scripts.airflow_env import LOCAL_ACCOUNT, ROOT, aws_env
from scripts.drops_queue import make_queues
from scripts.local_airflow import SECONDS_TO_START, NotHealthy, airflow, password, signed_in
from scripts.postgres import PostgresError
from scripts.running import UP, AlreadyRunning, only_one

# The model that comes with this repository: its drops are delivered and its first search is run without being asked.
EXAMPLE = "bace"
# Of the search before `make up` leaves it to whoever reads; each of its tasks is tried again by itself.
TRIES = 3
_QUESTIONS = 30


def main() -> int:
    """Start everything, say where it is, wait for Ctrl-C, stop everything; returns the exit code."""
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell ignores SIGINT for what it starts in the background
        signal.signal(ending, signal.default_int_handler)
    UP.mkdir(parents=True, exist_ok=True)
    os.environ.update(LOCAL_ACCOUNT)
    models = load_models()
    for broken in broken_models():
        print(f"include/models: {broken}", file=sys.stderr)
    print(f"models         {', '.join(model.name for model in models) or 'none; docs/models.md says how to add one'}")
    example = next((model for model in models if model.name == EXAMPLE), None)
    try:
        with only_one(UP), start(UP / "aws") as aws:
            print(f"embedded AWS   {aws.url}", flush=True)
            seeded = example is not None and seed(aws.url, example)
            for told in make_queues(aws.url, models):
                print(told, flush=True)
            with airflow(UP, aws.url) as (ui, process):
                print(f"Airflow UI     {ui}\nlogin          admin / {password(UP)}", flush=True)
                print(f"command line   . {(UP / 'airflow.env').relative_to(ROOT)}; airflow …", flush=True)
                if example and seeded:
                    publish_a_template(aws.url, ui, example)
                print("Ctrl-C stops everything; the next `make up` finds runs and objects again.", flush=True)
                while process.poll() is None:
                    time.sleep(1)  # not one long wait: Ctrl-C may reach another thread
                print(f"Airflow ended by itself; see {UP / 'airflow.log'}", file=sys.stderr)
                return 1
    except KeyboardInterrupt:
        print("\nstopped", flush=True)
        return 0
    except (AlreadyRunning, NotHealthy, PostgresError, StartFailed) as error:
        print(error, file=sys.stderr)
        return 1


def seed(endpoint: str, model: ModelConfig) -> bool:
    """Put the BACE drops into S3, and say whether they are there; objects that are already there stay as they are."""
    command = [sys.executable, "-m", "include.bace", "--root", model.root]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **aws_env(endpoint)}, check=False).returncode == 0
    if not done:
        print(f"{model.name}: its drops could not be delivered, so no search is started", file=sys.stderr)
    return done


def publish_a_template(endpoint: str, ui: str, model: ModelConfig) -> None:
    """Run the search DAG once, in Airflow, if no template is published yet: retraining needs one."""
    if model.search is None or template_exists(endpoint, model):
        return
    dag_id = f"{model.name}_search"
    for tries_left in reversed(range(TRIES)):
        try:
            with signed_in(ui, UP) as client:
                state = search(client, dag_id)
        except httpx.HTTPError as error:  # Airflow goes on, and so do we: on a busy machine an answer can be late
            state = f"no answer from Airflow ({error})"
        if state == "success":
            print(f"{dag_id}: {state}, template published, {model.name}_retrain is ready", flush=True)
            return
        print(f"{dag_id}: {state}, {'once more' if tries_left else 'see its log in the UI'}", flush=True)


def search(client: httpx.Client, dag_id: str) -> str:
    """Run the search DAG, or join the run that is going on, and give the state it ends in."""
    wait_for_dag(client, dag_id)
    client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()
    runs = f"/api/v2/dags/{dag_id}/dagRuns"
    newest = client.get(runs, params={"order_by": "-run_after", "limit": 1}).raise_for_status().json()["dag_runs"]
    if newest and newest[0]["state"] in ("queued", "running"):
        run = newest[0]
        again = "a task that was killed is tried again after about 5 minutes"
        print(f"{dag_id}: the search {run['dag_run_id']} was interrupted and goes on; {again} …", flush=True)
    else:
        if newest:
            print(f"{dag_id}: the search {newest[0]['dag_run_id']} ended {newest[0]['state']}, a new one is started")
        run = client.post(runs, json={"logical_date": None, "conf": {}}).raise_for_status().json()
        print(f"{dag_id} is searching the first pipeline …", flush=True)
    return wait_for_run(client, f"{runs}/{run['dag_run_id']}")


def template_exists(endpoint: str, model: ModelConfig) -> bool:
    """Whether a search has published a template before."""
    s3: Any = boto3.client("s3", endpoint_url=endpoint)
    return exists(s3, Locations(model.root).template("current"))


def wait_for_dag(client: httpx.Client, dag_id: str) -> None:
    """Wait until Airflow has read the DAG file.

    :raises NotHealthy: it does not.
    """
    deadline = time.monotonic() + SECONDS_TO_START
    while client.get(f"/api/v2/dags/{dag_id}").status_code != httpx.codes.OK:
        if time.monotonic() > deadline:
            raise NotHealthy(f"Airflow did not read {dag_id} in {SECONDS_TO_START} s; see its DAG import errors")
        time.sleep(1)


def wait_for_run(client: httpx.Client, url: str) -> str:
    """Wait for a DAG run's end, saying how long it has been going; gives its state."""
    began = datetime.now(UTC)
    while (state := _state(client, url)) in ("queued", "running"):
        print(f"\r  {state} for {(datetime.now(UTC) - began).seconds} s", end="", flush=True)
        time.sleep(2)
    print(flush=True)
    return str(state)


def _state(client: httpx.Client, url: str) -> str:
    """Ask for a run's state; an answer that is late or lost is asked for again, for some minutes."""
    for tries_left in reversed(range(_QUESTIONS)):
        try:
            return str(client.get(url).raise_for_status().json()["state"])
        except httpx.HTTPError:
            if not tries_left:
                raise
            time.sleep(5)
    raise AssertionError("the last try returns or raises")


if __name__ == "__main__":
    sys.exit(main())
