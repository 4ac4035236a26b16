"""The worker of one side: submits, and finishes what the triggerer tells it."""

from __future__ import annotations

import contextvars
import functools
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from types import SimpleNamespace
from typing import IO, Any, cast

from benchmarks.waiting_side.run import OVERLAY, STRATA, Run, only_answers, request, step_of

# Which part of its task a worker's thread is at.
_part: contextvars.ContextVar[str] = contextvars.ContextVar("part", default="submit")


def worker(run: Run, told: IO[str]) -> None:
    """Run every job of one side; tells one JSON object: when each was done, its calls by part, the waiting's CPU."""
    import botocore.handlers

    calls: Counter[str] = Counter()

    def count(event_name: str, **_: Any) -> None:
        calls[_part.get()] += 1
        if run.side == "stock synchronous" and event_name.endswith(".CreateTrainingJob"):
            _part.set("wait")

    botocore.handlers.BUILTIN_HANDLERS.append(("before-send", count))
    names = [f"{step_of(run)}-s{number % STRATA}-{number:03d}" for number in range(max(run.level, STRATA))]
    tasks = {name: task(run, name) for name in names}
    share_clients(tasks.values())
    done, cpu = wait_in_worker(tasks) if run.side == "stock synchronous" else wait_in_triggerer(tasks, run)
    print(json.dumps({"done": done, "cpu": cpu, "calls": dict(calls)}), file=told)


def task(run: Run, name: str) -> Any:
    """Make the operator of one job."""
    from airflow.providers.amazon.aws.operators.sagemaker import SageMakerTrainingOperator

    from airflow_sagemaker_once.operators import AutopilotTrainingOperator

    if run.side.startswith("ours"):
        return AutopilotTrainingOperator(task_id=name, config=request(name))
    faster: dict[str, Any] = {"check_interval": 30 // run.lapse, "max_attempts": 1000} if run.lapse > 1 else {}
    deferrable = run.side == "stock deferrable"
    return SageMakerTrainingOperator(task_id=name, config=request(name), deferrable=deferrable, **faster)


def share_clients(operators: Iterable[Any]) -> None:
    """Give all tasks of the process the same boto3 clients: making hundreds would be most of the benchmark's work."""
    from airflow_sagemaker_once import clients, owned_job

    connect = functools.cache(clients.connect)
    connect("aws_default", None, "logs")
    vars(owned_job)["connect"] = connect
    hook = next(iter(operators)).hook
    for one in (hook, hook.logs_hook, hook.s3_hook):
        one.get_conn()
    for operator in operators:
        operator.__dict__["hook"] = hook


def context(operator: Any) -> Any:
    """Give the stand-in for Airflow's context of a task's first try."""
    instance = SimpleNamespace(
        dag_id="bench", run_id="bench", task_id=operator.task_id, map_index=-1, max_tries=0, try_number=1,
        xcom_push=lambda **_: None,
    )  # fmt: skip
    return {"ti": instance, "task": operator}


def wait_in_worker(tasks: Mapping[str, Any]) -> tuple[dict[str, float], float]:
    """Let every task wait in a thread of its own, as it would in a worker of its own."""

    def execute(operator: Any) -> float:
        operator.execute(context(operator))
        return time.time()

    cpu = time.process_time()
    with ThreadPoolExecutor(len(tasks)) as pool:
        done = dict(zip(tasks, pool.map(execute, tasks.values()), strict=True))
    return done, time.process_time() - cpu


def wait_in_triggerer(tasks: Mapping[str, Any], run: Run) -> tuple[dict[str, float], float]:
    """Submit, hand the triggers to a triggerer, and finish each task when its trigger fires."""
    from airflow.sdk.exceptions import TaskDeferred

    path = os.environ["PYTHONPATH"]
    overlaid = {"PYTHONPATH": os.pathsep.join((str(OVERLAY), path))} if run.side == "stock deferrable" else {}
    triggerer = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.waiting_side.triggerer", json.dumps(asdict(run))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **overlaid},
    )  # fmt: skip
    to, back = cast("IO[str]", triggerer.stdin), cast("IO[str]", triggerer.stdout)
    resume_with: dict[str, str] = {}
    writing = threading.Lock()

    def submit(name: str) -> None:
        _part.set("submit")
        try:
            tasks[name].execute(context(tasks[name]))
        except TaskDeferred as deferred:
            resume_with[name] = deferred.method_name
            line = json.dumps([name, *deferred.trigger.serialize()])
            with writing:
                to.write(line + "\n")
                to.flush()
        else:
            raise RuntimeError(f"{name} had ended before it was waited for; this machine is too busy to measure on")

    def finish(line: str) -> tuple[str, float]:
        _part.set("finish")
        name, event = json.loads(line)
        getattr(tasks[name], resume_with[name])(context(tasks[name]), event)
        return name, time.time()

    with ThreadPoolExecutor(len(tasks)) as pool:
        list(pool.map(submit, tasks))
        finishing = [pool.submit(finish, back.readline()) for _ in tasks]
        done = dict(future.result() for future in finishing)
    cpu, _ = triggerer.communicate()
    return done, float(cpu)


if __name__ == "__main__":
    worker(Run(**json.loads(sys.argv[1])), only_answers())
