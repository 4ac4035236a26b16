"""What every task imports, imported once: Airflow reads this in the scheduler, from which all tasks are forked.

A scenario runs half a dozen task processes. Without this each takes most of a second for its imports alone.
"""

from __future__ import annotations

from importlib import import_module

__all__: list[str] = []  # nothing of it is a setting

for _module in (
    "airflow.dag_processing.dagbag",
    "airflow.sdk.execution_time.task_runner",
    "airflow_sagemaker_once.operators",
    "boto3",
):
    import_module(_module)
