"""Runs every DAG of one file from beginning to end: ``run_dags.py FILE``. The last line says what ran.

Where a task fails, the last words are how many did not, and what those that did were told.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    importlib.import_module("airflow.api_fastapi.execution_api.app")

from airflow.dag_processing.dagbag import DagBag
from airflow.listeners import hookimpl
from airflow.sdk.listener import get_listener_manager
from airflow.utils.db import initdb

from tests.support.airflowdb import ran

_WELL = {"success", "skipped"}


class Told:
    """Listens for what failed tasks were told; ``errors`` has it by task."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    @hookimpl
    def on_task_instance_failed(self, task_instance: Any, error: Any) -> None:
        """Keep an error; Airflow gives it by these names."""
        kind = f"{type(error).__name__}: " if isinstance(error, BaseException) else ""
        self.errors[task_instance.task_id] = f"{kind}{error}"


initdb()
bag = DagBag(sys.argv[1])
if bag.import_errors or not bag.dags:
    sys.exit(f"{sys.argv[1]} has no DAG that can be read: {bag.import_errors}")
told = Told()
get_listener_manager().add_listener(told)
tasks = skipped = 0
for dag in bag.dags.values():
    states = {one.task_id: str(one.state) for one in ran(dag).get_task_instances()}
    bad = {task: told.errors.get(task, state) for task, state in states.items() if state not in _WELL}
    if bad or not states:
        lines = "".join(f"\n  {task}: {why}" for task, why in bad.items()) or " no tasks"
        sys.exit(f"{dag.dag_id}: {len(states) - len(bad)} of {len(states)} tasks went well;{lines}")
    tasks += len(states)
    skipped += list(states.values()).count("skipped")
print(json.dumps({"dags": len(bag.dags), "tasks": tasks, "skipped": skipped}))
