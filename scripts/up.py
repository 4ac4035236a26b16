"""Airflow and its UI beside the embedded AWS, until Ctrl-C; state stays in .local/up for the next time."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from typing import Any

import boto3
import httpx

from include.autopilot.base.locations import Locations
from include.autopilot.s3.objects import exists
from include.autopilot.settings.config import ModelConfig, broken_models, load_models
from include.local_aws.process import StartFailed, start
from scripts.airflow_env import LOCAL_ACCOUNT, ROOT, aws_env
from scripts.dag_runs import GOES_ON, UNDERWAY, runs_path, start_run, unpause, wait_for_run
from scripts.drops_queue import make_queues
from scripts.first_look import make_a_history, where_to_begin
from scripts.local_airflow import BY_HAND, NotHealthy, airflow, password, signed_in
from scripts.postgres import PostgresError
from scripts.running import UP, AlreadyRunning, only_one

# The model that comes with this repository: its drops are delivered, its first search and its first retrainings are run
# without being asked.
EXAMPLE = "bace"
# Of the search before `make up` leaves it to whoever reads; each of its tasks is tried again by itself.
TRIES = 3
SCHEDULES = {
    False: "off: a run starts when you start it (make up SCHEDULES=1: at its times, by drops and new champions too)",
    True: "on: a DAG that is unpaused starts the run of the last interval that has ended",
}


def main(arguments: list[str] | None = None) -> int:
    """Start everything, say where it is, wait for Ctrl-C, stop everything; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make up", description=__doc__)
    parser.add_argument("--schedules", action="store_true", help="let times, drops and new champions start runs too")
    schedules: bool = parser.parse_args(arguments).schedules
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell ignores SIGINT for what it starts in the background
        signal.signal(ending, signal.default_int_handler)
    UP.mkdir(parents=True, exist_ok=True)
    os.environ.update(LOCAL_ACCOUNT)
    models = load_models()
    for broken in broken_models():
        print(f"models         {broken}", file=sys.stderr)
    print(f"models         {', '.join(model.name for model in models) or 'none; docs/models.md says how to add one'}")
    example = next((model for model in models if model.name == EXAMPLE), None)
    try:
        with only_one(UP), start(UP / "aws") as aws:
            print(f"embedded AWS   {aws.url}", flush=True)
            seeded = example is not None and seed(aws.url, example)
            for told in make_queues(aws.url, models):
                print(told, flush=True)
            with airflow(UP, aws.url, None if schedules else BY_HAND) as (ui, process):
                print(f"Airflow UI     {ui}\nlogin          admin / {password(UP)}", flush=True)
                print(f"command line   . {(UP / 'airflow.env').relative_to(ROOT)}; airflow …", flush=True)
                print(f"schedules      {SCHEDULES[schedules]}", flush=True)
                if example and seeded:
                    prepare_the_example(aws.url, ui, example)
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


def prepare_the_example(endpoint: str, ui: str, model: ModelConfig) -> None:
    """Search and retrain for the first cutoffs, in Airflow, as far as that was not done before; say where to begin."""
    if not publish_a_template(endpoint, ui, model):
        return
    try:
        with signed_in(ui, UP) as client:
            make_a_history(client, model)
            print(where_to_begin(client, model, ui), flush=True)
    except httpx.HTTPError as error:  # the runs go on in Airflow, and the next `make up` finds them
        print(f"{model.name}_retrain: no answer from Airflow ({error}); what was started goes on there", flush=True)


def publish_a_template(endpoint: str, ui: str, model: ModelConfig) -> bool:
    """Run the search DAG once, in Airflow, if no template is published yet; gives whether there is one now.

    Retraining needs one.
    """
    if template_exists(endpoint, model):
        return True
    if model.search is None:
        return False
    dag_id = f"{model.name}_search"
    for tries_left in reversed(range(TRIES)):
        try:
            with signed_in(ui, UP) as client:
                state = search(client, dag_id)
        except httpx.HTTPError as error:  # Airflow goes on, and so do we: on a busy machine an answer can be late
            state = f"no answer from Airflow ({error})"
        if state == "success":
            print(f"{dag_id}: {state}, template published, {model.name}_retrain is ready", flush=True)
            return True
        print(f"{dag_id}: {state}, {'once more' if tries_left else 'see its log in the UI'}", flush=True)
    return False


def search(client: httpx.Client, dag_id: str) -> str:
    """Run the search DAG, or join the run that is going on, and give the state it ends in."""
    unpause(client, dag_id)
    listed = client.get(runs_path(dag_id), params={"order_by": "-run_after", "limit": 1})
    newest = listed.raise_for_status().json()["dag_runs"]
    if newest and newest[0]["state"] in UNDERWAY:
        run_id = newest[0]["dag_run_id"]
        print(f"{dag_id}: the search {run_id} was interrupted and goes on; {GOES_ON}", flush=True)
    else:
        if newest:
            print(f"{dag_id}: the search {newest[0]['dag_run_id']} ended {newest[0]['state']}, a new one is started")
        run_id = start_run(client, dag_id, {})
        print(f"{dag_id} is searching the first pipeline …", flush=True)
    return str(wait_for_run(client, dag_id, run_id)["state"])


def template_exists(endpoint: str, model: ModelConfig) -> bool:
    """Whether a search has published a template before."""
    s3: Any = boto3.client("s3", endpoint_url=endpoint)
    return exists(s3, Locations(model.root).template("current"))


if __name__ == "__main__":
    sys.exit(main())
