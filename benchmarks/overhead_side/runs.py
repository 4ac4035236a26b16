"""``python runs.py FOLDER RUNS``: retrain in the tree that is the current directory, and print what each run took.

Starts that tree's own ``make up`` (scheduler with LocalExecutor, API server, DAG processor, triggerer, PostgreSQL,
embedded AWS) in FOLDER, searches once, retrains once for a champion, then RUNS times more, one run after the other,
each with one new drop. The last line is one JSON object.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

# The tree's own, whichever it is.
from include.local_aws.process import start
from scripts.airflow_env import LOCAL_ACCOUNT, aws_env
from scripts.local_airflow import airflow, signed_in

DAG = "bace_retrain"
UNDERWAY = ("queued", "running")
SECONDS_TO_READ = 900
FIRST = "2024-01-01T00:00:00Z"
PRELOAD = Path(__file__).parent / "preload"
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure and print."""
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.update(LOCAL_ACCOUNT)
    with start(folder / "aws") as aws:
        bace = [sys.executable, "-m", "include.bace", "--root", "s3://autopilot-retrain/bace"]
        subprocess.run(bace, env={**os.environ, **aws_env(aws.url)}, check=True)
        costs = folder / "costs.jsonl"
        preload = {"PYTHONPATH": f"{Path.cwd()}{os.pathsep}{PRELOAD}", "OVERHEAD_COSTS": str(costs)}
        with airflow(folder, aws.url, preload, 0) as (ui, process), signed_in(ui, folder) as client:
            if _search(client) != "success":
                raise SystemExit(f"the search did not succeed; see {folder}")
            _unpause(client, DAG)
            tasks = client.get(f"/api/v2/dags/{DAG}/tasks").raise_for_status().json()["tasks"]
            cutoffs = [_months_after(FIRST, number) for number in range(runs + 1)]
            measured = [_run(client, aws.url, process.pid, cutoff) for cutoff in cutoffs]
    told = {"tasks": len(tasks), "chain": longest_chain(tasks), "runs": measured[1:], "costs": by_task(costs)}
    print(json.dumps(told))
    return 0


def _search(client: Any) -> str:
    _unpause(client, "bace_search")
    return str(_ended(client, "bace_search", {})["state"])


def _unpause(client: Any, dag_id: str) -> None:
    # Of its own, since what a tree has for it differs from tree to tree.
    deadline = time.monotonic() + SECONDS_TO_READ
    while client.get(f"/api/v2/dags/{dag_id}").status_code != 200:
        if time.monotonic() > deadline:
            raise SystemExit(f"Airflow did not read {dag_id} in {SECONDS_TO_READ} s")
        time.sleep(1)
    client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()


def _ended(client: Any, dag_id: str, form: dict[str, str]) -> Any:
    """Start a run and give it when it has ended."""
    runs = f"/api/v2/dags/{dag_id}/dagRuns"
    made = client.post(runs, json={"logical_date": None, "conf": form}).raise_for_status().json()
    while (run := client.get(f"{runs}/{made['dag_run_id']}").raise_for_status().json())["state"] in UNDERWAY:
        time.sleep(1)
    return run


def _run(client: Any, aws: str, airflow_pid: int, cutoff: str) -> dict[str, float]:
    before = cpu_seconds(airflow_pid)
    asked = time.time()
    run = _ended(client, DAG, {"cutoff": cutoff})
    if run["state"] != "success":
        raise SystemExit(f"{run['dag_run_id']} ended {run['state']}")
    ended = datetime.fromisoformat(run["end_date"]).timestamp()
    spans = [span for span in _jobs(aws) if span[0] >= asked]
    return {
        "seconds": round(ended - asked, 1),
        "jobs": len(spans),
        "job_seconds": round(covered(spans), 1),
        "overhead_seconds": round(ended - asked - covered(spans), 1),
        "cpu_seconds": round(cpu_seconds(airflow_pid) - before, 1),
    }


def _jobs(aws: str) -> Iterable[tuple[float, float]]:
    """Yield when each training and transform job began and ended."""
    sagemaker: Any = boto3.client("sagemaker", endpoint_url=aws)
    for kind in ("training", "transform"):
        for page in sagemaker.get_paginator(f"list_{kind}_jobs").paginate():
            for job in page[f"{kind.capitalize()}JobSummaries"]:
                ended = job.get(f"{kind.capitalize()}EndTime") or job["LastModifiedTime"]
                yield job["CreationTime"].timestamp(), ended.timestamp()


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Give the seconds in which at least one job was under way; those of two at once count once."""
    total, until = 0.0, float("-inf")
    for began, ended in sorted(spans):
        total += max(0.0, ended - max(began, until))
        until = max(until, ended)
    return total


def longest_chain(tasks: Iterable[Mapping[str, Any]]) -> int:
    """Give how many tasks follow each other at most, the optional ones included."""
    below = {task["task_id"]: task["downstream_task_ids"] for task in tasks}
    depth: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((of(one) for one in below[name]), default=0)
        return depth[name]

    return max(map(of, below))


def cpu_seconds(root: int) -> float:
    """Give what a process and all below it have used, with children that have ended and were waited for."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        used[int(stat.parent.name)] = sum(map(int, fields[11:15])) / _TICKS
    below = {root}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return sum(used.get(pid, 0.0) for pid in below)


def by_task(costs: Path) -> dict[str, dict[str, float]]:
    """Give what a task costs: median CPU seconds and largest MB of its processes; a deferred task has several."""
    found: dict[str, list[dict[str, float]]] = {}
    for line in costs.read_text(encoding="utf-8").splitlines():
        cost = json.loads(line)
        found.setdefault(cost.pop("task"), []).append(cost)
    return {
        task: {
            "processes": len(ended),
            "cpu_seconds": round(statistics.median(one["cpu"] for one in ended), 2),
            "mb": round(max(one["mb"] for one in ended)),
        }
        for task, ended in found.items()
    }


def _months_after(first: str, number: int) -> str:
    moment = datetime.fromisoformat(first)
    for _ in range(number):
        moment = (moment.replace(day=1) + timedelta(days=32)).replace(day=1)
    return moment.isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    sys.exit(main())
