"""``python -m tests.mwaa.run 3.3.1``: the bundle in an Airflow that is installed as Amazon MWAA installs one.

A fresh environment of Python 3.12 gets what MWAA's image has, by the constraint files that Amazon publishes in it
(``tests/mwaa/constraints/``), then the bundle's ``requirements.txt`` by the same constraints. From the bundle's
``dags/`` and its unpacked ``plugins.zip`` alone, with no connection ``aws_default``, run api-server, scheduler, DAG
processor, triggerer and a Celery worker: a search, a retraining and a backfill of two cutoffs, against the embedded
AWS. Needs PostgreSQL (``POSTGRES_URL``) and redis-server on loopback. Prints one JSON object; the exit
code is 1 unless all succeeded and the installation changed no package of the image.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.local_airflow import BY_HAND, free_port
from scripts.mwaa_bundle import bundle
from tests.chaos.campaign import client
from tests.chaos.cluster import Cluster, campaign_home
from tests.chaos.settings import DATABASE
from tests.support.databases import database
from tests.support.repository import ROOT
from tests.support.tiny import MODEL, table
from tests.workers.run import command, redis, settings

CONSTRAINTS = Path(__file__).parent / "constraints"
IMAGE = (
    "apache-airflow[celery,statsd]", "apache-airflow-providers-amazon[aiobotocore]", "apache-airflow-providers-celery",
    "apache-airflow-providers-fab", "apache-airflow-providers-postgres", "apache-airflow-providers-standard", "redis",
    "watchtower",
)  # fmt: skip
# The image's own is built from source.
DRIVER = "psycopg2-binary"
SECONDS_TO_READ, SECONDS_PER_RUN = 600, 1200
WORKER = "worker-a"
CUTOFFS = 2
NO_PYTHON = 77


class Environment(Cluster):
    """An Airflow of another installation, which knows the bundle's folders only."""

    def __init__(self, home: Path, address: str, python: Path) -> None:
        self.python = str(python)
        own = {"AIRFLOW__CORE__DAGS_FOLDER": str(home / "bundle" / "dags")}
        # Without --celery-hostname: asked for a name, the worker of Airflow 3.2.1 looks for others before it forks, and
        # then takes tasks that it never begins (apache/airflow 59707, mended in the provider of 3.3.1).
        super().__init__(home, {**settings(address), **own}, {WORKER: command(WORKER)[:-2]})
        endpoint = json.loads(self.environment.pop("AIRFLOW_CONN_AWS_DEFAULT"))["extra"]["endpoint_url"]
        self.environment |= {
            **BY_HAND,
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "bundle" / "plugins"),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port(0)),
            # As MWAA has it; that of the cluster is for one whose workers are killed.
            "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "1800",
            "AIRFLOW__TRIGGERER__QUEUES_ENABLED": "False",
            "AWS_ENDPOINT_URL": endpoint,
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": "",
            # Nor is this repository found as the folder in which a program is started.
            "PYTHONSAFEPATH": "1",
        }


def install(folder: Path, version: str) -> tuple[Path, list[str]]:
    """Install as MWAA does; gives the interpreter, and the packages of the image that the requirements changed.

    :raises SystemExit: there is no Python 3.12; the exit code is :data:`NO_PYTHON`.
    """
    uv = [sys.executable, "-m", "uv"]
    if subprocess.run([*uv, "venv", "--quiet", "--python", "3.12", str(folder)], check=False).returncode != 0:
        raise SystemExit(NO_PYTHON)
    python = folder / "bin" / "python"
    constraints = CONSTRAINTS / f"mwaa-{version}-py312.txt", CONSTRAINTS / f"mwaa-essential-{version}.txt"
    held = [f"--constraints={path}" for path in constraints]
    pip = [*uv, "pip", "install", "--quiet", "--python", str(python), *held]
    subprocess.run([*pip, f"apache-airflow=={version}", *IMAGE, DRIVER], check=True)
    before = _packages(python)
    subprocess.run([*pip, "--requirement", str(ROOT / "requirements.txt")], check=True)
    after = _packages(python)
    return python, sorted(
        f"{name} {was} -> {after.get(name)}" for name, was in before.items() if after.get(name) != was
    )


def _packages(python: Path) -> dict[str, str]:
    listed = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "list", "--quiet", "--format", "json", "--python", str(python)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {one["name"]: one["version"] for one in json.loads(listed.stdout)}


def unpack(home: Path) -> None:
    """Make the bundle and lay it out as MWAA does, with a small model of its own."""
    bundle(ROOT, home / "bundle")
    with zipfile.ZipFile(home / "bundle" / "plugins.zip") as archive:
        archive.extractall(home / "bundle" / "plugins")
    models = home / "bundle" / "plugins" / "include" / "models"
    for path in models.glob("*.yaml"):
        path.unlink()
    (models / "tiny.yaml").write_text(MODEL, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run all of it; the exit code says whether all was right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", help="an Airflow of MWAA's whose constraint files are here")
    version = parser.parse_args(arguments).version
    try:
        with database() as address:
            os.environ[DATABASE] = address
            return _tried(version)
    except pytest.skip.Exception as missing:
        raise SystemExit(str(missing)) from None


def _tried(version: str) -> int:
    home, began = campaign_home("mwaa"), time.monotonic()
    python, changed = install(home / "venv", version)
    print(f"{time.monotonic() - began:6.0f} s  installed", flush=True)
    with redis(home) as address:
        unpack(home)
        environment = Environment(home, address, python)
        try:
            told = _runs(environment, began)
        finally:
            survivors = environment.stop()
    counted = {"version": version, "changed": changed, **told, "survivors": len(survivors)}
    good = not changed and not survivors and not told["import_errors"] and set(told["runs"]) == {"success"}
    if good:
        shutil.rmtree(home)
    print(json.dumps({**counted, "seconds": round(time.monotonic() - began)}), flush=True)
    return 0 if good else 1


def _runs(environment: Environment, began: float) -> dict[str, Any]:
    environment.start()
    print(f"{time.monotonic() - began:6.0f} s  Airflow is up", flush=True)
    _deliver(client("s3", environment.aws.url))
    api = httpx.Client(base_url=f"{environment.api}/api/v2", timeout=120)
    _wait(lambda: api.get("/dags/tiny_retrain").is_success, SECONDS_TO_READ, f"no DAG was read; see {environment.home}")
    errors = [one["stack_trace"] for one in api.get("/importErrors").json()["import_errors"]]
    states = [_one(api, "tiny_search", {}), _one(api, "tiny_retrain", {"cutoff": "2024-01-01"})]
    print(f"{time.monotonic() - began:6.0f} s  search and retraining: {', '.join(states)}", flush=True)
    states += _backfill(api)
    made = Counter(_jobs(client("sagemaker", environment.aws.url)))
    tries = _tries(api)
    api.close()
    return {"import_errors": errors, "runs": dict(Counter(states)), "jobs": dict(made), "tries_beyond_the_first": tries}


def _jobs(sagemaker: Any) -> Iterator[str]:
    """Give the step of every job that a task of ours made; a search's own have no such name."""
    for kind in ("training", "transform"):
        for page in sagemaker.get_paginator(f"list_{kind}_jobs").paginate(NameContains="tiny-"):
            (jobs,) = (page[name] for name in page if name.endswith("Summaries"))
            names = (str(next(one[name] for name in one if name.endswith("JobName"))) for one in jobs)
            yield from (name.split("-")[1] for name in names if not name.split("-")[1].isdigit())


def _deliver(s3: Any) -> None:
    s3.create_bucket(Bucket="tiny-models")
    files = {
        "drops/2024-01-01/rows.csv": table(0, 620), "drops/2024-02-01/rows.csv": table(620, 60),
        "holdout/sealed.csv": table(5000, 80), "holdout/second.csv": table(6000, 30),
    }  # fmt: skip
    for key, rows in files.items():
        s3.put_object(Bucket="tiny-models", Key=f"tiny/{key}", Body=rows.to_csv(index=False).encode())


def _one(api: httpx.Client, dag: str, conf: dict[str, str]) -> str:
    """Start a run and wait for its end; gives its state."""
    api.patch(f"/dags/{dag}", json={"is_paused": False}).raise_for_status()
    asked = {"dag_run_id": "by-hand", "logical_date": None, "conf": conf}
    api.post(f"/dags/{dag}/dagRuns", json=asked).raise_for_status()
    return _state(api, f"/dags/{dag}/dagRuns/by-hand")


def _backfill(api: httpx.Client) -> list[str]:
    """Backfill two cutoffs and wait for their ends."""
    asked = {"dag_id": "tiny_retrain", "from_date": "2024-01-01T00:00:00Z", "to_date": "2024-02-01T00:00:00Z"}
    api.post("/backfills", json={**asked, "max_active_runs": CUTOFFS}).raise_for_status()

    def made() -> list[str]:
        runs = api.get("/dags/tiny_retrain/dagRuns", params={"run_type": "backfill"}).json()["dag_runs"]
        return [one["dag_run_id"] for one in runs if one["run_type"] == "backfill"]

    _wait(lambda: len(made()) == CUTOFFS, SECONDS_TO_READ, "the backfill made no runs")
    return [_state(api, f"/dags/tiny_retrain/dagRuns/{run}") for run in made()]


def _state(api: httpx.Client, place: str) -> str:
    def state() -> str:
        return str(api.get(place).json().get("state"))

    _wait(lambda: state() in ("success", "failed"), SECONDS_PER_RUN, f"{place} did not end")
    return state()


def _tries(api: httpx.Client) -> int:
    """Give how many tries of tasks went wrong."""
    listed = api.get("/dags/~/dagRuns/~/taskInstances", params={"limit": 1000}).json()["task_instances"]
    return sum(max(0, int(one["try_number"]) - 1) for one in listed)


def _wait(reached: Callable[[], bool], seconds: float, told: str) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{told} in {seconds} s")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
