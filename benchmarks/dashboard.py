"""How long the dashboard's pages take in Airflow's own server, in this process, where each request to S3 takes a while.

``make bench NAME=dashboard``; a minute. The last line is JSON.

- ``--models`` models of ``--runs`` runs and exams each (20 of 1,000): one history is written, the others are copies.
- S3 is this process' memory; each of its answers takes ``--latency`` seconds (0.03). No job is in progress.
- *cold*: a process that has read nothing, and no bundle in S3 (one model only: once in its life); *bundle*: such a
  process where runs have left bundles; *left*: such a process where another one has shown all models; *changed*: one
  run has ended since; *warm*: nothing has. Told are seconds of wall and of this process' CPU, requests, and the memory
  of the process, in which S3 lies, too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402

from benchmarks.backfill_side.memory import MemoryS3  # noqa: E402
from scripts.airflow_env import airflow_env  # noqa: E402

BUCKET = "dashboard"


class SlowS3:
    """A client of an S3 in memory whose every answer takes a while once ``latency`` is set, and counts."""

    def __init__(self) -> None:
        self.memory, self.latency, self.requests = MemoryS3(), 0.0, 0
        config = Config(
            max_pool_connections=64, s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
        )
        keys = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench", "region_name": "us-east-1"}
        self.client = boto3.client("s3", config=config, **keys)
        self.client.meta.events.register("before-send.s3", self._answer)

    def _answer(self, request: Any, **more: Any) -> Any:
        self.requests += 1
        time.sleep(self.latency)
        return self.memory(request, **more)


def main() -> int:
    """Write the histories, ask for the pages, and print the JSON object last."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--models", type=int, default=20)
    asked.add_argument("--runs", type=int, default=1000)
    asked.add_argument("--latency", type=float, default=0.03)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(airflow_env(Path(folder), "http://127.0.0.1:9"))
        os.environ.update(
            AIRFLOW__CORE__UNIT_TEST_MODE="True",
            AIRFLOW__API_AUTH__JWT_SECRET="s" * 64,
            AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
        )
        warnings.simplefilter("ignore")
        print(json.dumps({**vars(given), "pages": measured(given)}))
    return 0


def measured(given: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Return what was measured, by page and state."""
    from tests.support.observed import Observed

    s3, names = SlowS3(), [f"model{number}" for number in range(given.models)]
    observed = {name: Observed.named(s3.client, BUCKET, name, f"Model {name}") for name in names}
    first = observed[names[0]]
    for number in range(1, given.runs + 1):
        first.run(number, report=False)
        if number > 1:
            first.exam(number, number - 1, 1.4)
    first.report(given.runs)
    get = served({name: one.config for name, one in observed.items()}, s3)
    s3.latency = given.latency
    one, run = f"/models/{names[0]}", f"/models/{names[0]}/runs/{first.key(given.runs)}"
    pages = {"one model": states(s3, get, "one model", one, ["cold"])}
    copy(s3.memory, names[0], names[1:])

    def change() -> None:
        s3.latency = 0.0
        first.run(given.runs + 1)
        s3.latency = given.latency

    for page, path in (("all models", "/"), ("one model", one), ("one run", run)):
        new = ["bundle", "left"] if path == "/" else ["bundle"]
        found = states(s3, get, page, path, [*new, "warm", "changed", "warm"], change)
        pages[page] = {**pages.get(page, {}), **found}
    return pages


def copy(memory: MemoryS3, first: str, others: list[str]) -> None:
    """Give other models the history of the first one, bundles included: no address in it is read."""
    before = f"{BUCKET}/{first}/"
    history = {path.removeprefix(before): memory.objects[path] for path in memory.paths if path.startswith(before)}
    for name in others:
        memory.objects |= {f"{BUCKET}/{name}/{path}": kept for path, kept in history.items()}
    memory.paths[:] = sorted(memory.objects)


def states(
    s3: SlowS3,
    get: Callable[[str], None],
    page: str,
    path: str,
    wanted: list[str],
    change: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Ask for a page in the given states."""
    from include.autopilot.overview import glance, remembered

    found = {}
    for state in wanted:
        if state in ("cold", "bundle", "left"):
            remembered._known.clear()
            glance._known.clear()
            glance._standings.clear()
        if state in ("cold", "bundle"):
            gone = "/bundles/" if state == "cold" else "/bundles/glance.json"
            for place in [place for place in s3.memory.paths if gone in place]:
                s3.memory.paths.remove(place)
                del s3.memory.objects[place]
        elif state == "changed":
            change()
        before, wall, cpu = s3.requests, time.monotonic(), time.process_time()
        get(path)
        spent = {"wall": round(time.monotonic() - wall, 2), "cpu": round(time.process_time() - cpu, 2)}
        found[state] = {**spent, "requests": s3.requests - before, "megabytes": megabytes()}
        print(f"{page:12} {state:8} {found[state]}", flush=True)
    return found


def megabytes() -> int:
    """Return the memory that this process holds: S3 lies in it, too."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


def served(known: dict[str, Any], s3: SlowS3) -> Callable[[str], None]:
    """Start Airflow's server with these models; gives what asks for a page."""
    from airflow.api_fastapi.app import create_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from airflow.sdk import DAG, task
    from airflow.utils.db import initdb
    from starlette.testclient import TestClient

    from airflow_autopilot.dashboard import app
    from include.autopilot.overview.underway import Asked
    from include.autopilot.settings import config
    from tests.support.airflowdb import register

    initdb()
    for name in known:
        with DAG(f"{name}_retrain", start_date=datetime(2024, 1, 1, tzinfo=UTC), schedule=None) as dag:
            task(lambda: None, task_id="prepare")()
        register(dag)
    config.load_models = lambda _=None: tuple(known.values())
    config.find_model = known.__getitem__
    client = TestClient(create_app(apps="core"), base_url="http://localhost")
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="ann", role="admin"))
    app.s3_of = lambda _: s3.client
    app.asked = lambda: Asked(None, lambda *_: time.sleep(s3.latency) or [], lambda *_: None)

    def get(path: str) -> None:
        answer = client.get(f"/autopilot{path}", headers={"Authorization": f"Bearer {token}"})
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")

    return get


if __name__ == "__main__":
    sys.exit(main())
