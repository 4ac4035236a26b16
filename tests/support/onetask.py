"""A DAG of one training task, run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from airflow_sagemaker_once.operators import AutopilotTrainingOperator
from tests.support.airflowdb import ran

_minutes = count()


def run(config: Any, dag_id: str = "", operator: Any = AutopilotTrainingOperator, **options: Any) -> Any:
    """Run a DAG of one task, training unless told; gives the DAG run."""
    from airflow.sdk import DAG

    dag_id = dag_id or f"one_{next(config[name] for name in config if name.endswith('JobName'))}"
    with DAG(dag_id, schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        operator(task_id="train", config=config, **options)
    return ran(dag, logical_date=datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=next(_minutes)))


def result(ended: Any) -> Any:
    (instance,) = ended.get_task_instances()
    return instance.xcom_pull(task_ids="train")
