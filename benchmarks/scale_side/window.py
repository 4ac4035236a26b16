"""What is measured between two moments: processes by /proc, tasks by Airflow's database, calls by the embedded AWS."""

from __future__ import annotations

import statistics
import time
from collections.abc import Container, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil
import sqlalchemy

from benchmarks.overhead_side.runs import cpu_seconds
from benchmarks.scale_side.cluster import COMPONENTS, Scale
from include.local_aws.faults import Faults

# Tasks that ended well, with the two waits before each. One that was deferred began before it was queued for the last
# time, so that it tells nothing of these.
_TASKS = """
SELECT extract(epoch FROM scheduled_dttm), extract(epoch FROM queued_dttm), extract(epoch FROM start_date),
  extract(epoch FROM end_date), task_id, dag_id FROM task_instance WHERE state = 'success' AND queued_dttm IS NOT NULL
"""
_RUNS = "SELECT state, count(*) FROM dag_run GROUP BY state"
_DEFERRED = "SELECT count(*) FROM task_instance WHERE state = 'deferred'"
_FILES = "SELECT relative_fileloc, extract(epoch FROM min(last_parsed_time)) FROM dag GROUP BY 1"


@dataclass(frozen=True)
class Task:
    """A task that ended well; seconds since the epoch."""

    scheduled: float
    queued: float
    started: float
    ended: float
    name: str
    dag: str


class Database:
    """Airflow's database, read only."""

    def __init__(self, address: str) -> None:
        self._engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.NullPool)

    def tasks(self) -> list[Task]:
        """Give the tasks that ended well."""
        return [Task(*map(float, times), name, dag) for *times, name, dag in self._rows(_TASKS)]

    def runs(self) -> dict[str, int]:
        """Count the runs in each state."""
        return {str(state): count for state, count in self._rows(_RUNS)}

    def dags(self) -> list[str]:
        """Give the names of the DAGs that are stored."""
        return [name for (name,) in self._rows("SELECT DISTINCT dag_id FROM serialized_dag")]

    def deferred(self) -> int:
        """Count the tasks that wait in the triggerer."""
        return int(self._rows(_DEFERRED)[0][0])

    def files(self) -> dict[str, float]:
        """Say when each DAG file with a DAG was read last."""
        return {file: float(when) for file, when in self._rows(_FILES)}

    def _rows(self, query: str) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(sqlalchemy.text(query)))


@dataclass(frozen=True)
class Moment:
    """What had been used and asked until then."""

    when: float
    cpu: dict[str, float]
    calls: dict[str, int]
    runs: dict[str, int]


class Window:
    """A stretch of time, looked at now and then until it is long enough."""

    def __init__(self, cluster: Scale, database: Database) -> None:
        self._cluster, self._database = cluster, database
        self._faults = Faults(cluster.aws.url)
        self._deferred: list[int] = []
        self._memory: list[dict[str, float]] = []
        self._began = self._moment()

    def look(self) -> None:
        """Note what is true at one moment only."""
        self._deferred.append(self._database.deferred())
        self._memory.append({name: memory_mb(self._cluster.pids(name)) for name in COMPONENTS})

    def close(self, first_in_line: Container[str]) -> dict[str, Any]:
        """Give the figures.

        :param first_in_line: DAGs whose model has a priority; how long they wait for a slot is told apart.
        :raises RuntimeError: no task ended in it.
        """
        began, ended = self._began, self._moment()
        seconds = ended.when - began.when
        tasks = [task for task in self._database.tasks() if began.when <= task.ended < ended.when]
        if not tasks:
            raise RuntimeError(f"no task ended well in the {seconds:.0f} s of the window; give it more --seconds")
        cpu = {name: ended.cpu[name] - began.cpu[name] for name in COMPONENTS}
        calls = {name: count - began.calls.get(name, 0) for name, count in ended.calls.items()}
        looks = sum(
            count for name, count in calls.items() if name.startswith("sagemaker.List") and name.endswith("Jobs")
        )
        waiting = statistics.mean(self._deferred)
        return {
            "seconds": round(seconds),
            "tasks": len(tasks),
            "tasks_per_second": round(len(tasks) / seconds, 3),
            "tasks_per_cpu_second": round(len(tasks) / sum(cpu.values()), 3),
            "cores_used": round(sum(cpu.values()) / seconds, 2),
            "kinds_of_task": len({task.name for task in tasks}),
            "runs_under_way": ended.runs.get("running", 0),
            "runs_ended": ended.runs.get("success", 0) - began.runs.get("success", 0),
            "runs_failed": ended.runs.get("failed", 0),
            **lags([task for task in tasks if task.dag not in first_in_line]),
            "with_priority": lags([task for task in tasks if task.dag in first_in_line]),
            "cpu_per_task": {name: round(used / len(tasks), 3) for name, used in cpu.items() if name != "triggerer"},
            "triggerer_cpu_per_minute": round(cpu["triggerer"] / seconds * 60, 2),
            "waiting_tasks": round(waiting, 1),
            "calls_per_task": round(sum(calls.values()) / len(tasks), 1),
            "calls_per_minute": round(sum(calls.values()) / seconds * 60),
            "looks_per_minute": round(looks / seconds * 60, 1),
            "memory_mb": {name: round(max(one[name] for one in self._memory)) for name in COMPONENTS},
        }

    def _moment(self) -> Moment:
        cpu = {name: sum(map(cpu_seconds, self._cluster.pids(name))) for name in COMPONENTS}
        return Moment(time.time(), cpu, self._faults.calls(), self._database.runs())


def lags(tasks: Iterable[Task]) -> dict[str, float]:
    """Give the medians and the 95th percentiles of the two waits of a task, in seconds, deferred ones left out.

    ``wait_for_slot``: from scheduled to queued, for a place among the tasks at once. ``queued_to_running``: from queued
    to the task's first word, by way of Redis and a worker.
    """
    direct = [task for task in tasks if task.started >= task.queued]
    waits = {
        "wait_for_slot": [task.queued - task.scheduled for task in direct],
        "queued_to_running": [task.started - task.queued for task in direct],
    }
    told: dict[str, float] = {"direct_tasks": len(direct)}
    for name, values in waits.items() if direct else ():
        told[name] = round(statistics.median(values), 2)
        told[f"{name}_p95"] = round(percentile(values, 0.95), 2)
    return told


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that a share of all values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def memory_mb(pids: Iterable[int]) -> float:
    """Give the memory of processes and all below them; what several share counts once (PSS)."""
    total = 0.0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            top = psutil.Process(pid)
            for process in [top, *top.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    total += process.memory_full_info().pss / 1e6
    return total
