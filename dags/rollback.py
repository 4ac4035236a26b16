"""Put an earlier version of a model back as its champion: one DAG, ``<model>_rollback``, per file in include/models/.

Any version that a run registered can be put in place, also one that the gate kept out. Who does it says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, dag

from airflow_autopilot import assets
from airflow_autopilot.defaults import task_defaults
from airflow_autopilot.described import described
from airflow_autopilot.flow import flow
from airflow_autopilot.form import with_form
from airflow_autopilot.parsing import models_for
from airflow_autopilot.promoting import roll_back
from airflow_autopilot.steps import task
from include.autopilot.settings.options import RollbackOptions

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def rollback(model: ModelConfig) -> DAG:
    """Wire the rollback DAG of one model."""

    @dag(
        dag_id=f"{model.name}_rollback",
        description=f"Put another version of {model.title} in place as the champion",
        schedule=None,
        start_date=model.start_date,
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults(model, keeps_records=False),
        tags=["autopilot", "rollback", model.name],
        **described(model, __doc__),
    )
    def wire() -> None:
        task(flow(roll_back), outlets=[assets.new_champion(model)])()

    return with_form(wire(), RollbackOptions.form(model))


for _model in models_for("rollback"):
    globals()[f"{_model.name}_rollback"] = rollback(_model)
