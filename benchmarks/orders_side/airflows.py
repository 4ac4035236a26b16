"""Airflow processes that share one embedded AWS; each takes the next cutoff when it is free."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from scripts.airflow_env import ROOT, airflow_env


class RunFailed(Exception):
    """A DAG run did not succeed; the message says which and where its log is."""


class Airflow:
    """One process."""

    def __init__(self, home: Path, process: subprocess.Popen[str]) -> None:
        self._home = home
        self._process = process

    def run(self, dag_id: str, cutoff: datetime) -> dict[str, str]:
        """Run a DAG to its end and give what its ``report`` task returned.

        :raises RunFailed: it did not succeed.
        """
        asked, answers = self._process.stdin, self._process.stdout
        if asked is None or answers is None:
            raise AssertionError("the process was started with both pipes")
        asked.write(f"{dag_id} {cutoff.isoformat()}\n")
        asked.flush()
        line = answers.readline()
        answer: dict[str, str] = json.loads(line) if line else {"failed": "the process ended"}
        if "failed" in answer:
            raise RunFailed(f"{dag_id} {cutoff:%Y-%m-%d}: {answer['failed']} (log: {self._home / 'log'})")
        return answer


@contextmanager
def airflow(home: Path, endpoint: str) -> Iterator[Airflow]:
    """Start an Airflow with a database of its own; it ends with the block."""
    home.mkdir(parents=True)
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW"))}
    paths = os.pathsep.join((str(ROOT), str(ROOT / "plugins")))
    environment = {**ours, **airflow_env(home, endpoint), "PYTHONPATH": paths}
    with (
        (home / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.orders_side.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
            env=environment,
        ) as process,
    ):
        # Its input ends with the block, and so does the process.
        yield Airflow(home, process)


def run_each(
    folder: Path, endpoint: str, dag_id: str, cutoffs: Sequence[datetime], at_once: int
) -> dict[datetime, Any]:
    """Run a DAG for every cutoff, so many at a time, begun in the order given; cutoff -> what its report returned."""
    with ExitStack() as stack:
        free: SimpleQueue[Airflow] = SimpleQueue()
        for number in range(at_once):
            free.put(stack.enter_context(airflow(folder / f"airflow-{number}", endpoint)))

        def run(cutoff: datetime) -> dict[str, str]:
            chosen = free.get()
            try:
                return chosen.run(dag_id, cutoff)
            finally:
                free.put(chosen)

        with ThreadPoolExecutor(at_once) as pool:
            return dict(zip(cutoffs, pool.map(run, cutoffs), strict=True))
