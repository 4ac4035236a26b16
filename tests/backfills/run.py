"""``python -m tests.backfills.run --count 20``: backfills through the command line, one after the other, counted.

Starts the Airflow of ``make up`` in a folder of its own, with cheap DAGs. Several lanes work at once, as people do, a
DAG each, because Airflow allows one open backfill per DAG; in every lane the next backfill is created as soon as the
last one is complete. Beside them a drop arrives and must start one run. Prints a line each, a table and one JSON
object; the exit code is 1 if one failed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from include.local_aws.process import start
from scripts.airflow_env import LOCAL_ACCOUNT
from scripts.drops_queue import make_queues
from scripts.local_airflow import airflow, signed_in
from scripts.running import running
from tests.backfills.dags.cheap import NAMES
from tests.backfills.drops import problems_with_a_drop
from tests.backfills.model import MODEL

DAGS = Path(__file__).parent / "dags"
MONTHS = 3
SECONDS_TO_COMPLETE, SECONDS_TO_READ = 240, 180
LOCKED = "database is locked"


@dataclass(frozen=True)
class Backfill:
    """What became of one backfill; times in seconds. ``problem`` is empty if all went well."""

    dag: str
    created: float
    completed: float
    problem: str


def main() -> int:
    """Run the backfills; the exit code says whether all went well."""
    options = _options()
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    os.environ.update(LOCAL_ACCOUNT)
    folder = Path(tempfile.mkdtemp(prefix="backfills-"))
    print(f"logs in {folder}, removed if all goes well", flush=True)
    code = _campaign(folder, options)
    if code == 0:
        shutil.rmtree(folder)
    return code


def _campaign(folder: Path, options: argparse.Namespace) -> int:
    settings = {"AIRFLOW__CORE__DAGS_FOLDER": str(DAGS)}
    if options.sqlite:
        settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = f"sqlite:///{folder / 'airflow' / 'airflow.db'}"
        (folder / "airflow").mkdir()
    began = time.monotonic()
    with start(folder / "aws") as aws, airflow(folder, aws.url, settings, 0) as (ui, _):
        environment = {**os.environ, **running(folder).environment}
        make_queues(aws.url, [MODEL])
        with signed_in(ui, folder) as client:
            _unpause(client)
            with ThreadPoolExecutor(len(NAMES) + 1) as lanes:
                # Airflow starts a DAG's asset-triggered run beside another DAG's backfills.
                drop = lanes.submit(problems_with_a_drop, client, aws.url)
                jobs = [lanes.submit(_lane, client, environment, name, share) for name, share in _shares(options.count)]
                done = [backfill for job in jobs for backfill in job.result()]
                unheard = drop.result()
    return _told(done, unheard, "sqlite" if options.sqlite else "postgresql", time.monotonic() - began)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="how many backfills (20)")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead, to see what it would have come to")
    return parser.parse_args()


def _shares(count: int) -> list[tuple[str, int]]:
    return [(name, len(range(place, count, len(NAMES)))) for place, name in enumerate(NAMES)]


def _unpause(client: httpx.Client) -> None:
    deadline = time.monotonic() + SECONDS_TO_READ
    for name in (*NAMES, MODEL.name):
        while (answer := client.patch(f"/api/v2/dags/{name}", json={"is_paused": False})).status_code == 404:
            if time.monotonic() > deadline:
                raise SystemExit(f"Airflow did not read {DAGS} in {SECONDS_TO_READ} s")
            time.sleep(1)
        answer.raise_for_status()


def _lane(client: httpx.Client, environment: Mapping[str, str], dag: str, count: int) -> list[Backfill]:
    done = []
    for number in range(count):
        # Every second backfill asks for the runs that are there already, from the newest to the oldest.
        again = number % 2 == 1
        done.append(_backfill(client, environment, dag, 1 + number // 2 * MONTHS, again))
        told = done[-1]
        print(
            f"{dag} {number + 1}: created in {told.created:.1f} s, complete after {told.completed:.1f} s"
            f"{', again and backwards' if again else ''}  {told.problem}",
            flush=True,
        )
    return done


def _backfill(client: httpx.Client, environment: Mapping[str, str], dag: str, first: int, again: bool) -> Backfill:
    began = time.monotonic()
    options = ["--reprocess-behavior", "completed", "--run-backwards"] if again else []
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", dag, "--max-active-runs", "4"]
    dates = ["--from-date", f"{_month(first)}", "--to-date", f"{_month(first + MONTHS - 1)}"]
    ended = subprocess.run(
        [*command, *dates, *options], env=dict(environment), capture_output=True, text=True, check=False
    )
    created = time.monotonic() - began
    if ended.returncode != 0:
        return Backfill(dag, created, 0, LOCKED if LOCKED in ended.stderr else ended.stderr.strip()[-300:])
    return Backfill(dag, created, *_completed(client, dag, began))


def _completed(client: httpx.Client, dag: str, began: float) -> tuple[float, str]:
    """Wait for the end of the DAG's only open backfill; gives the seconds since ``began`` and what is wrong."""
    while (elapsed := time.monotonic() - began) < SECONDS_TO_COMPLETE:
        backfills = _json(client, f"/api/v2/backfills?dag_id={dag}")["backfills"]
        if all(backfill["completed_at"] for backfill in backfills):
            states = {run["state"] for run in _json(client, f"/api/v2/dags/{dag}/dagRuns?limit=100")["dag_runs"]}
            return elapsed, "" if states == {"success"} else f"runs ended {sorted(states)}"
        time.sleep(1)
    return elapsed, f"not complete after {SECONDS_TO_COMPLETE} s"


def _json(client: httpx.Client, url: str) -> Any:
    return client.get(url).raise_for_status().json()


def _month(number: int) -> str:
    return f"{2024 + (number - 1) // 12}-{(number - 1) % 12 + 1:02}-01"


def _told(done: list[Backfill], unheard: list[str], database: str, seconds: float) -> int:
    """Print the table and the JSON object; give the exit code."""
    print(f"\n{'DAG':<10}{'backfills':>10}{'failed':>8}{'locked':>8}{'create, s':>11}{'complete, s':>13}")
    for name in NAMES:
        own = [one for one in done if one.dag == name]
        failed, locked = sum(bool(one.problem) for one in own), sum(one.problem == LOCKED for one in own)
        slowest = [max((getattr(one, field) for one in own), default=0) for field in ("created", "completed")]
        print(f"{name:<10}{len(own):>10}{failed:>8}{locked:>8}{slowest[0]:>11.1f}{slowest[1]:>13.1f}")
    failed = sum(bool(one.problem) for one in done)
    figures = {
        "backfills": len(done),
        "failed": failed,
        "locked": sum(one.problem == LOCKED for one in done),
        "runs": MONTHS * len(done),
        "drop_problems": unheard,
        "database": database,
        "slowest_create_seconds": round(max((one.created for one in done), default=0), 1),
        "seconds": round(seconds, 1),
    }
    print(json.dumps(figures), flush=True)
    return 1 if failed or unheard else 0


if __name__ == "__main__":
    sys.exit(main())
