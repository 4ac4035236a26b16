"""The form of a DAG: what a run can be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import DAG, Param


def with_form(made: DAG, form: Mapping[str, Mapping[str, Any]]) -> DAG:
    """Give a DAG its form, and return it.

    Only when its tasks are made: Airflow copies the params that a DAG has before into each of its tasks, and checks and
    stores every copy whenever it reads the file. A task that runs has the DAG's params all the same.

    :param form: by the name of a field, what :class:`~airflow.sdk.Param` takes.
    """
    made.params = {name: Param(**schema) for name, schema in form.items()}  # type: ignore[assignment]
    return made
