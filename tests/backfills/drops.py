"""A drop starts one run: a real bucket, queue, triggerer and scheduler."""

from __future__ import annotations

import time
from typing import Any

import boto3
import httpx

from tests.backfills.model import MODEL

BUCKET = "heard-drops"
SECONDS_TO_HEAR, SECONDS_TO_REPEAT = 240, 45
CUTOFF = "2024-03-01 00:00:00+00:00"


def problems_with_a_drop(client: httpx.Client, aws: str) -> list[str]:
    """Deliver one drop of three files, one of them twice; gives what is wrong with the runs that follow.

    The DAG must be unpaused, and the queue be there.
    """
    s3: Any = boto3.client("s3", endpoint_url=aws)
    for name in ("a.csv", "b.csv", "c.csv", "a.csv"):
        s3.put_object(Bucket=BUCKET, Key=f"heard/drops/2024-03-01/{name}", Body=name.encode())
    deadline = time.monotonic() + SECONDS_TO_HEAR
    while not _ended(client):
        if time.monotonic() > deadline:
            return [f"no run has ended {SECONDS_TO_HEAR} s after the drop: {_runs(client)}"]
        time.sleep(1)
    # The same bytes once more are no news.
    s3.put_object(Bucket=BUCKET, Key="heard/drops/2024-03-01/b.csv", Body=b"b.csv")
    time.sleep(SECONDS_TO_REPEAT)
    runs = _runs(client)
    cutoffs = [_cutoff(client, run["dag_run_id"]) for run in runs]
    states = [run["state"] for run in runs]
    return [] if (states, cutoffs) == (["success"], [CUTOFF]) else [f"runs ended {states} with cutoffs {cutoffs}"]


def _runs(client: httpx.Client) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v2/dags/{MODEL.name}/dagRuns", params={"run_type": "asset_triggered"})
    runs: list[dict[str, Any]] = answer.raise_for_status().json()["dag_runs"]
    return runs


def _ended(client: httpx.Client) -> bool:
    return any(run["state"] in ("success", "failed") for run in _runs(client))


def _cutoff(client: httpx.Client, run_id: str) -> str:
    url = f"/api/v2/dags/{MODEL.name}/dagRuns/{run_id}/taskInstances/cutoff/xcomEntries/return_value"
    return str(client.get(url).raise_for_status().json()["value"])
