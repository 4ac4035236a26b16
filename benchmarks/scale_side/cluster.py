"""Airflow on Celery as docker-compose.yaml has it: two workers, Redis, PostgreSQL, as processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.scale_side.aws import JOB_SECONDS
from include.local_aws.process import start
from scripts.airflow_env import ROOT
from scripts.local_airflow import BY_HAND, PATIENCE
from scripts.postgres import postgres
from tests.chaos.settings import DATABASE
from tests.workers.run import WORKERS, Workers, redis

# What docs/mwaa.md asks for with many models; a round of all DAG files is started by hand, and measured by itself.
PARSING = {
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
    "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "7200",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "900",
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",
}
# Of a cluster that is disturbed, made to notice it at once; nobody disturbs this one, and Airflow's own are kept.
_HASTE = ("AIRFLOW__SCHEDULER__", "AIRFLOW__TRIGGERER__", "AIRFLOW__WORKERS__", "AIRFLOW__DAG_PROCESSOR__")
COMPONENTS = {
    "scheduler": ("scheduler",),
    "api-server": ("api-server", "execution-api"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer",),
    "workers": WORKERS,
    "postgres": (),
}


class Scale(Workers):
    """A cluster whose DAGs are those of a copy of this tree.

    :param slots: tasks at once, those that wait for a job not counted.
    """

    start_aws = staticmethod(partial(start, faults=True, module="benchmarks.scale_side.aws"))

    def __init__(self, home: Path, redis: str, libraries: Path, tree: Path, slots: int) -> None:
        super().__init__(home, redis, libraries)
        kept = {name: value for name, value in self.environment.items() if not name.startswith(_HASTE)}
        self.environment = {
            **kept,
            **PATIENCE,
            **BY_HAND,
            **PARSING,
            "PYTHONPATH": os.pathsep.join(map(str, (tree, libraries, ROOT))),
            "PYTHONSAFEPATH": "1",  # else this folder's include/ would come before the tree's
            "AIRFLOW__CORE__DAGS_FOLDER": str(tree / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(tree / "plugins"),
            "AIRFLOW__CORE__PARALLELISM": str(slots),
        }

    def pids(self, component: str) -> list[int]:
        """Give the processes that a component is started as."""
        if component == "postgres":
            return [int((self.home.parent / "postgres" / "data" / "postmaster.pid").read_text().split()[0])]
        return [self.pid(name) for name in COMPONENTS[component]]


@contextmanager
def airflow(home: Path, libraries: Path, tree: Path, job_seconds: float, slots: int) -> Iterator[Scale]:
    """Run Airflow on a tree until the block is left, once it is started."""
    os.environ[JOB_SECONDS] = str(job_seconds)
    with postgres(home / "postgres") as database, redis(home) as address:
        os.environ[DATABASE] = database
        cluster = Scale(home / "cluster", address, libraries, tree, slots)
        try:
            yield cluster
        finally:
            cluster.stop()
