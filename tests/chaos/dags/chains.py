"""The chain that is disturbed: training or tuning, deferred or waiting in the worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

from airflow.sdk import DAG

from tests.chaos.scenario import LEARNING, TUNE, dag_of
from tests.support.chain import chain

# What a person clears was long, what follows is short.
ROUNDS = "{{ dag_run.conf['rounds' if ti.max_tries == task.retries else 'rounds_after_clear'] }}"

for _learning, _deferrable in product(LEARNING, (True, False)):
    with DAG(
        dag_of(_learning, _deferrable),
        schedule=None,
        start_date=datetime(2024, 1, 1, tzinfo=UTC),
        is_paused_upon_creation=False,
        max_active_runs=64,
        max_active_tasks=64,
        # A run may meet other scenarios' kills besides its own; the second keeps a retry from waiting for nothing.
        default_args={"retries": 12, "retry_delay": timedelta(seconds=1)},
    ) as _dag:
        chain("{{ run_id }}", ROUNDS, deferrable=_deferrable, tunes=_learning == TUNE)
    globals()[_dag.dag_id] = _dag
