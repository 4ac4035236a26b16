"""What 1, 10 and 100 models cost Airflow: tasks per second, lags, CPU, memory, calls to AWS, all at the same load.

``make bench NAME=scale``; the last line is one JSON object. Everything is SYNTHETIC: made-up tables, a recorded search,
jobs that take ``--job-seconds`` and compute nothing. Requests, DAGs and tasks are the product's own.

Airflow runs as docker-compose.yaml has it with Celery: api-servers, scheduler, DAG processor, triggerer, two workers,
Redis and PostgreSQL, each a process of its own. Models are added to it; all twelve cutoffs of each new one are asked
for at once, as a backfill of four runs at a time. At most ``--slots`` tasks run at once, and always do, but while
models are added: then none begins. **What is measured is a sample**: after ``--warm-up`` tasks a window of ``--tasks``
tasks, or of ``--seconds`` if they are over first. A hundred models have 1,200 runs of about twenty tasks, which would
take two cores most of a day.

Measured in each window:

- tasks_per_second: tasks that ended well. Those that were skipped took nothing and count nothing. tasks_per_cpu_second:
  the same over the CPU seconds of all components, which does not vary with what else the machine does.
- wait_for_slot, queued_to_running: the two waits before a task, medians and 95th percentiles in seconds, of tasks that
  were never deferred. The first is the queue for the ``--slots``, as long as what is asked for, and of tasks from
  before the adding of models as long as that; ``with_priority`` has it for the one new model with ``priority: 1``.
- cpu_per_task: CPU seconds of all processes of a component, ended ones included, for each task.
- triggerer_cpu_per_minute, with the mean of ``waiting_tasks``; ``looks_per_minute``: List calls, which only the
  triggerer sends; ``calls_per_task``: all calls to AWS.
- dag_processor_cpu_per_round: CPU seconds to read all DAG files once more, before the window.
- memory_mb: of a component, the largest in the window; what processes share counts once. Airflow is not started anew
  between windows, so the later ones also have what it has kept of the earlier ones.

``flat`` has, of each figure, the last number of models over the first one: 1 is flat. Seconds vary with the machine and
with what else it does; ratios of CPU hardly do.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402

from benchmarks.overhead_side.runs import cpu_seconds  # noqa: E402
from benchmarks.scale_side.cluster import Scale, airflow  # noqa: E402
from benchmarks.scale_side.models import CUTOFFS, SOURCE, Models  # noqa: E402
from benchmarks.scale_side.window import Database, Window  # noqa: E402
from tests.chaos.campaign import client  # noqa: E402
from tests.chaos.cluster import campaign_home  # noqa: E402
from tests.workers.run import install  # noqa: E402

MODELS = (1, 10, 100)
# Airflow's own number of places in its pool; --slots are what limits the tasks here.
POOL = 128
SECONDS_TO_READ, SECONDS_TO_WARM = 1200, 900
# Files in dags/ make one for a model: all but deploy.py, which these models do not want, and broken_models.py.
DAGS_PER_MODEL = 6


def main() -> int:
    """Measure every number of models, print the table, and the JSON object last."""
    options = _options()
    home = campaign_home("scale")
    install(home / "libraries")
    models = Models(home / "tree", options.order)
    measured: dict[int, dict[str, Any]] = {}
    with airflow(home, home / "libraries", models.tree, options.job_seconds, options.slots) as cluster:
        bench = Bench(cluster, models, options)
        for count in sorted(options.models):
            measured[count] = bench.measure(count)
            print(json.dumps({count: measured[count]}), flush=True)
    shutil.rmtree(home)
    print(table(measured))
    print(json.dumps(document(measured, options)))
    return 0


def document(measured: Mapping[int, Mapping[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    """Give the last line: every window's figures, and how those of the last compare with those of the first."""
    told = {"data": SOURCE, "synthetic": True, "simulated_jobs": True, "sampled": True, **vars(options)}
    few, many = min(measured), max(measured)
    return {**told, "windows": dict(measured), "flat": flat(few, measured[few], many, measured[many])}


def flat(few: int, before: Mapping[str, Any], many: int, after: Mapping[str, Any]) -> dict[str, float]:
    """Give each figure with many models over the same with few; of the DAG processor, its share of one model."""
    names = (
        "tasks_per_second",
        "tasks_per_cpu_second",
        "queued_to_running",
        "calls_per_task",
        "triggerer_cpu_per_minute",
    )
    ratios = {name: after[name] / before[name] for name in names}
    for name in ("cpu_per_task", "memory_mb"):
        ratios |= {f"{name}.{part}": after[name][part] / value for part, value in before[name].items() if value}
    parsing = "dag_processor_cpu_per_round"
    ratios[f"{parsing}_and_model"] = (after[parsing] / many) / (before[parsing] / few)
    return {name: round(ratio, 2) for name, ratio in ratios.items()}


def table(measured: Mapping[int, Mapping[str, Any]]) -> str:
    """Lay the figures out for a person: a line for each, a column for each number of models."""
    flattened = [
        {
            f"{name}.{part}" if part else name: said
            for name, value in figures.items()
            for part, said in (value.items() if isinstance(value, Mapping) else [("", value)])
        }
        for figures in measured.values()
    ]
    names = dict.fromkeys(name for one in flattened for name in one)
    lines = ["".join(f"{count:>10}" for count in measured)]
    lines += ["".join(f"{one.get(name, '-'):>10}" for one in flattened) for name in names]
    return "\n".join(f"{head:34}{line}" for head, line in zip(("models", *names), lines, strict=True))


def _options() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--models", type=int, nargs="+", default=MODELS, help="how many models, one after the other")
    arguments.add_argument("--tasks", type=int, default=80, help="tasks in a window")
    arguments.add_argument("--warm-up", type=int, default=20, help="tasks before it")
    arguments.add_argument("--seconds", type=int, default=240, help="a window's longest time")
    arguments.add_argument("--slots", type=int, default=4, help="tasks at once, those that wait for a job not counted")
    arguments.add_argument("--job-seconds", type=float, default=10, help="how long a simulated job takes")
    arguments.add_argument("--order", choices=("downstream", "absolute"), help="Airflow's order of tasks, not ours")
    return arguments.parse_args()


class Bench:
    """One Airflow whose models become more."""

    def __init__(self, cluster: Scale, models: Models, options: argparse.Namespace) -> None:
        self._cluster, self._models, self._options = cluster, models, options
        self._began = time.monotonic()
        self._database = Database(cluster.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])

    def measure(self, count: int) -> dict[str, Any]:
        """Add models up to ``count``, ask for every cutoff of each new one, and measure a window."""
        aws = self._cluster.aws.url
        if self._models.count:
            # What is asked for already would have the time that the new models' DAGs need, and be in their figures.
            self._pool(0)
        new = self._models.grow(count, client("s3", aws), client("sagemaker", aws))
        self._say(f"{count} models: delivered")
        if len(new) == count:
            self._cluster.start()
            self._say("Airflow has started")
        self._touch()
        wait_until(lambda: len(self._database.dags()) >= DAGS_PER_MODEL * count, SECONDS_TO_READ, "DAGs were not read")
        self._say(f"{DAGS_PER_MODEL * count} DAGs were read")
        parsing = self._round()
        self._say(f"a round of all DAG files took {parsing} CPU s")
        before = len(self._database.tasks())
        self._backfill(new)
        self._say(f"backfills of {CUTOFFS} cutoffs for each of {len(new)} models are asked for")
        self._pool(POOL)
        wait_until(lambda: len(self._database.tasks()) >= before + self._options.warm_up, SECONDS_TO_WARM, "no warm-up")
        self._say(f"{self._options.warm_up} tasks to warm up")
        return {"dag_processor_cpu_per_round": parsing, **self._window()}

    def _window(self) -> dict[str, Any]:
        first, ends = len(self._database.tasks()), time.monotonic() + self._options.seconds
        window = Window(self._cluster, self._database)
        while len(self._database.tasks()) < first + self._options.tasks and time.monotonic() < ends:
            window.look()
            time.sleep(3)
        told = window.close(self._models.first_in_line)
        self._say(f"{told['tasks']} tasks in {told['seconds']} s")
        return told

    def _round(self) -> float:
        """Let the DAG processor read every file once more, and give the CPU seconds that it takes."""
        pid = self._cluster.pid("dag-processor")
        before, touched = cpu_seconds(pid), self._touch()
        read = self._database.files
        wait_until(lambda: all(when > touched for when in read().values()), SECONDS_TO_READ, "not read again")
        return round(cpu_seconds(pid) - before, 2)

    def _touch(self) -> float:
        touched = time.time()
        for file in (self._models.tree / "dags").glob("*.py"):
            os.utime(file, (touched, touched))
        return touched

    def _pool(self, places: int) -> None:
        """Let no more tasks begin than there are places; those that run go on."""
        with self._http() as http:
            asked = {"pool": "default_pool", "slots": places}
            http.patch("/pools/default_pool", params={"update_mask": "slots"}, json=asked).raise_for_status()

    def _backfill(self, names: Iterable[str]) -> None:
        dates = {"from_date": "2023-12-01T00:00:00Z", "to_date": f"2024-{CUTOFFS - 1:02d}-01T00:00:00Z"}
        with self._http() as http:

            def ask(name: str) -> None:
                asked = {"dag_id": f"{name}_retrain", **dates, "max_active_runs": 4}
                http.post("/backfills", json=asked).raise_for_status()

            with ThreadPoolExecutor(2) as threads:
                list(threads.map(ask, names))

    def _http(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self._cluster.api}/api/v2", timeout=300)

    def _say(self, what: str) -> None:
        print(f"{time.monotonic() - self._began:6.0f} s  {what}", flush=True)


def wait_until(reached: Callable[[], bool], seconds: float, told: str) -> None:
    """Look every second.

    :raises TimeoutError: it did not come about in ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{told} in {seconds} s")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
