"""Runs every DAG of one file from beginning to end: ``run_dags.py FILE``. The last line says what ran."""

from __future__ import annotations

import importlib
import json
import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    importlib.import_module("airflow.api_fastapi.execution_api.app")

from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb

from tests.support.airflowdb import ran

initdb()
bag = DagBag(sys.argv[1])
if bag.import_errors or not bag.dags:
    sys.exit(f"{sys.argv[1]} has no DAG that can be read: {bag.import_errors}")
tasks = 0
for dag in bag.dags.values():
    states = {one.task_id: str(one.state) for one in ran(dag).get_task_instances()}
    bad = {task: state for task, state in states.items() if state not in {"success", "skipped"}}
    if bad or not states:
        sys.exit(f"{dag.dag_id}: {bad or 'no tasks'}")
    tasks += len(states)
print(json.dumps({"dags": len(bag.dags), "tasks": tasks}))
