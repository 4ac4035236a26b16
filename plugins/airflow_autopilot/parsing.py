"""For which models a DAG file makes DAGs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow.sdk import get_parsing_context

from include.autopilot.settings import config

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def models_for(kind: str) -> Sequence[ModelConfig]:
    """Return the models whose DAGs ``<model>_<kind>`` a file makes: all that can be used.

    Airflow takes every DAG of a file that raises for gone, so a broken model is left out here and told by
    dags/broken_models.py. In a task's own process only its model counts, and what is wrong with it is raised, so that
    the task's log says it.

    :raises ConfigError: in a task's process, the model's file cannot be used (any more).
    """
    dag_id = get_parsing_context().dag_id
    name, _, of = (dag_id or "").rpartition("_")
    return [config.find_model(name)] if of == kind else config.load_models()
