"""``python -m tests.workers.run``: a backfill on two Celery workers, one of which is killed with a task in its hands.

Redis, PostgreSQL (``CHAOS_SQL_ALCHEMY_CONN``) and Airflow run as processes with the settings and the command that
docker-compose.yaml has for its profile ``celery``; every worker has a home of its own, as a container would. Prints one
JSON object; the exit code is 1 unless every cutoff succeeded with exactly one job of each kind.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import yaml
from sqlalchemy.engine import make_url

from scripts.local_airflow import free_port
from tests.chaos.airflow_state import AirflowState
from tests.chaos.campaign import client, put_tables
from tests.chaos.cluster import Cluster, campaign_home
from tests.chaos.settings import DATABASE
from tests.chaos.verdict import Job, jobs
from tests.support.repository import ROOT

CUTOFFS = 4
WORKERS = ("worker-a", "worker-b")
SECONDS_TO_READ, SECONDS_TO_END = 300, 600
NO_CELERY = 77
_COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())


class Workers(Cluster):
    """A cluster whose tasks run in Celery workers."""

    def __init__(self, home: Path, redis: str, libraries: Path) -> None:
        super().__init__(home, settings(redis), dict.fromkeys(WORKERS, command()))
        self.environment["PYTHONPATH"] += f"{os.pathsep}{libraries}"

    def environment_of(self, name: str) -> dict[str, str]:
        """Give a worker its own home and log server."""
        if name not in WORKERS:
            return self.environment
        own = {"AIRFLOW_HOME": str(self.home / name), "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port(0))}
        return {**self.environment, **own}

    def holder(self, pid: int) -> str | None:
        """Give the worker below which a process is; None if there is none."""
        try:
            above = {parent.pid for parent in psutil.Process(pid).parents()}
        except psutil.NoSuchProcess:
            return None
        return next((name for name in WORKERS if self.pid(name) in above), None)


def settings(redis: str) -> dict[str, str]:
    """Give what docker-compose.yaml says of Celery, for servers of this machine."""
    database = make_url(os.environ[DATABASE]).set(drivername="postgresql").render_as_string(hide_password=False)
    said = _COMPOSE["x-airflow"]["environment"]
    celery = {name: str(value) for name, value in said.items() if name.startswith("AIRFLOW__CELERY__")}
    filled = {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for name, value in celery.items()}
    filled["AIRFLOW__CELERY__BROKER_URL"] = re.sub(r"\$\{.*\}@redis:6379", redis, filled["AIRFLOW__CELERY__BROKER_URL"])
    filled["AIRFLOW__CELERY__RESULT_BACKEND"] = re.sub(
        r"postgresql://.*", lambda _: database, filled["AIRFLOW__CELERY__RESULT_BACKEND"]
    )
    return {
        **filled,
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__DAGS_FOLDER": str(Path(__file__).parent / "dags"),
    }


def command() -> tuple[str, ...]:
    """Give the worker's command of docker-compose.yaml.

    Here two of them have the machine's name. None is given another one: asked for a name, the worker of Airflow 3.2.1
    takes tasks and never begins them.
    """
    *_, script = _COMPOSE["services"]["airflow-worker"]["command"]
    return tuple(script.rpartition("exec airflow ")[2].split())


@contextmanager
def redis(home: Path) -> Iterator[str]:
    """Run the profile's Redis on loopback; gives password, host and port as in its address."""
    password, port = secrets.token_urlsafe(32), free_port(0)
    words = [word for word in _COMPOSE["services"]["redis"]["command"] if not word.startswith("${")]
    words = [*words, password, "--save", "", "--loglevel", "warning"]
    server = subprocess.Popen([*words, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(home)])
    try:
        yield f"{password}@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def install(folder: Path) -> None:
    """Put Celery into a folder of its own: the laptop's lock does without.

    :raises SystemExit: it cannot be had; the exit code is :data:`NO_CELERY`.
    """
    listed = Path(__file__).parent / "requirements.txt"
    asked = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    if subprocess.run([*asked, "--requirement", str(listed)], check=False).returncode != 0:
        raise SystemExit(NO_CELERY)


def main() -> int:
    """Run the backfill; the exit code says whether all was right."""
    home = campaign_home("workers")
    install(home / "libraries")
    with redis(home) as address:
        cluster = Workers(home, address, home / "libraries")
        try:
            counted = _backfill(cluster)
        finally:
            survivors = cluster.stop()
    good = counted == expected() and not survivors
    if good:
        shutil.rmtree(home)
    print(json.dumps({**counted, "survivors": len(survivors)}), flush=True)
    return 0 if good else 1


def expected() -> dict[str, Any]:
    """Give what is right."""
    made = {"train": CUTOFFS, "model": CUTOFFS, "predict": CUTOFFS}
    return {"workers": len(WORKERS), "killed": 1, "adopted": True, "runs": {"success": CUTOFFS}, "jobs": made}


def _backfill(cluster: Workers) -> dict[str, Any]:
    cluster.start()
    began = time.monotonic()
    put_tables(client("s3", cluster.aws.url))
    state = AirflowState(cluster.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"], cluster.api)
    _wait(lambda: state.knows("chaos_cutoffs"), SECONDS_TO_READ, "the DAG was not read", began)
    dates = ["--from-date", "2024-01-01", "--to-date", f"2024-{CUTOFFS:02d}-01"]
    asked = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", "chaos_cutoffs", *dates]
    subprocess.run(asked, env=cluster.environment, check=True, stdout=subprocess.DEVNULL)
    killed: list[str] = []
    with cluster.supervised():

        def over() -> bool:
            if not killed and (victim := _holder_of_a_job(cluster, state)):
                killed.append(victim)
                cluster.kill(victim, whole=True, pause=5)
                print(f"{time.monotonic() - began:6.0f} s  {victim} killed with its task", flush=True)
            runs = state.runs()
            return len(runs) == CUTOFFS and set(runs.values()) <= {"success", "failed"}

        _wait(over, SECONDS_TO_END, "the backfill did not end", began)
    made = jobs(client("sagemaker", cluster.aws.url))
    print(f"{time.monotonic() - began:6.0f} s  every run has ended", flush=True)
    return {
        "workers": sum("execute_workload[" in (cluster.home / f"{name}.log").read_text() for name in WORKERS),
        "killed": len(killed),
        # A task that was tried again, and whose job is the one there is.
        "adopted": any(task == "train" and one.tries > 1 for (_, task), one in state.tasks().items()),
        "runs": dict(Counter(state.runs().values())),
        "jobs": _completed(made),
    }


def _holder_of_a_job(cluster: Workers, state: AirflowState) -> str | None:
    """Give the worker that waits for a running training."""
    sagemaker = client("sagemaker", cluster.aws.url)
    if not sagemaker.list_training_jobs(StatusEquals="InProgress")["TrainingJobSummaries"]:
        return None
    tasks = state.tasks().items()
    pids = [one.pid for (_, task), one in tasks if task == "train" and one.state == "running" and one.pid]
    return next((found for found in map(cluster.holder, pids) if found), None)


def _completed(made: list[Job]) -> dict[str, int]:
    """Count the jobs of each kind; one that is not Completed counts under its status, and is wrong."""
    return dict(Counter(job.name.split("-")[1] if job.status == "Completed" else job.status for job in made))


def _wait(reached: Callable[[], bool], seconds: float, told: str, began: float) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{told} in {seconds} s, {time.monotonic() - began:.0f} s after Airflow was up")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
