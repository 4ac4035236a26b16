"""``@task`` for the steps of the domain, which tells OpenLineage what a step read and made.

Airflow draws what the DAGs declare (:mod:`airflow_autopilot.assets`); these are the very objects of a run. Without
OpenLineage's provider nobody asks, and a step is a task like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk.bases.decorator import DecoratedOperator, task_decorator_factory

from airflow_autopilot.opening import made_up
from airflow_sagemaker_once.openlineage_facets import facets


class StepOperator(DecoratedOperator, PythonOperator):
    """Runs what :func:`airflow_autopilot.flow.flow` made; the parameters are those of ``@task``."""

    template_fields: Sequence[str] = ("templates_dict", "op_args", "op_kwargs")
    custom_operator_name = "@task"

    def __init__(self, *, python_callable: Any, op_args: Any, op_kwargs: Any, **kwargs: Any) -> None:
        called = {"python_callable": python_callable, "op_args": op_args, "op_kwargs": op_kwargs}
        super().__init__(kwargs_to_upstream=called, **called, **kwargs)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """Give what the step read and made, if it did not fail and moves data; and of made-up rows, that they are."""
        told = getattr(self.python_callable, "datasets", None)
        read, made = told() if told else ([], [])
        return facets(read, made, made_up(task_instance))


task = partial(task_decorator_factory, decorated_operator_class=StepOperator)
