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

from include.autopilot.config import load_models
from include.local_aws.process import start
from scripts.airflow_env import LOCAL_ACCOUNT, ROOT, aws_env
from scripts.drops_queue import make_queues
from scripts.local_airflow import SECONDS_TO_START, NotHealthy, airflow, password, signed_in
from scripts.postgres import PostgresError
from scripts.running import UP

MODELS = load_models()
MODEL = next(model for model in MODELS if model.name == "bace")


def main() -> int:
    """Start everything, say where it is, wait for Ctrl-C, stop everything; returns the exit code."""
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell ignores SIGINT for what it starts in the background
        signal.signal(ending, signal.default_int_handler)
    UP.mkdir(parents=True, exist_ok=True)
    os.environ.update(LOCAL_ACCOUNT)
    try:
        with start(UP / "aws") as aws:
            print(f"embedded AWS   {aws.url}", flush=True)
            seed(aws.url)
            for told in make_queues(aws.url, MODELS):
                print(told, flush=True)
            with airflow(UP, aws.url) as (ui, process):
                print(f"Airflow UI     {ui}\nlogin          admin / {password(UP)}", flush=True)
                print(f"command line   . {(UP / 'airflow.env').relative_to(ROOT)}; airflow …", flush=True)
                publish_a_template(aws.url, ui)
                print("Ctrl-C stops everything; the next `make up` finds runs and objects again.", flush=True)
                process.wait()
                print(f"Airflow ended by itself; see {UP / 'airflow.log'}", file=sys.stderr)
                return 1
    except KeyboardInterrupt:
        print("\nstopped", flush=True)
        return 0
    except (NotHealthy, PostgresError) as error:
        print(error, file=sys.stderr)
        return 1


def seed(endpoint: str) -> None:
    """Put the BACE drops into S3; objects that are already there stay as they are."""
    command = [sys.executable, "-m", "include.bace", "--root", MODEL.root]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **aws_env(endpoint)}, check=True)


def publish_a_template(endpoint: str, ui: str) -> None:
    """Run the search DAG once, in Airflow, if no template is published yet: retraining needs one."""
    if template_exists(endpoint):
        return
    dag_id = f"{MODEL.name}_search"
    with signed_in(ui, UP) as client:
        wait_for_dag(client, dag_id)
        client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()
        run = client.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": {}})
        run_id = run.raise_for_status().json()["dag_run_id"]
        print(f"{dag_id} is searching the first pipeline …", flush=True)
        state = wait_for_run(client, f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")
    done = "template published, bace_retrain is ready" if state == "success" else "see its log in the UI"
    print(f"{dag_id}: {state}, {done}", flush=True)


def template_exists(endpoint: str) -> bool:
    """Whether a search has published a template before."""
    bucket, _, prefix = MODEL.root.removeprefix("s3://").partition("/")
    s3: Any = boto3.client("s3", endpoint_url=endpoint)
    return bool(s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/template/current.json").get("KeyCount"))


def wait_for_dag(client: httpx.Client, dag_id: str) -> None:
    """Wait until Airflow has read the DAG file."""
    deadline = time.monotonic() + SECONDS_TO_START
    while client.get(f"/api/v2/dags/{dag_id}").status_code != httpx.codes.OK:
        if time.monotonic() > deadline:
            raise SystemExit(f"Airflow did not read {dag_id} in {SECONDS_TO_START} s; see its DAG import errors")
        time.sleep(1)


def wait_for_run(client: httpx.Client, url: str) -> str:
    """Wait for a DAG run's end, saying how long it has been going; gives its state."""
    began = datetime.now(UTC)
    while (state := client.get(url).raise_for_status().json()["state"]) in ("queued", "running"):
        print(f"\r  {state} for {(datetime.now(UTC) - began).seconds} s", end="", flush=True)
        time.sleep(2)
    print(flush=True)
    return str(state)


if __name__ == "__main__":
    sys.exit(main())
