"""Put an earlier version of a model back as its champion: one DAG, ``<model>_rollback``, per file in include/models/.

Any version that a run registered can be put in place, also one that the gate kept out. Who does it says why.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, Param, dag, task

from airflow_autopilot import assets
from airflow_autopilot.steps import announcing, rolling_back
from include.autopilot.config import load_models

if TYPE_CHECKING:
    from include.autopilot.config import ModelConfig


def rollback(model: ModelConfig) -> DAG:
    """Wire the rollback DAG of one model."""
    # Neither has a default: Airflow refuses a run that does not say both.
    version = Param(
        type="integer",
        minimum=1,
        title="Version",
        description=f"Its number in the Model Registry, of {model.title}. A wrong one lists those there are.",
    )
    reason = Param(
        type="string", minLength=1, title="Reason", description="Why. It stands in the ledger and at the version."
    )

    @dag(
        dag_id=f"{model.name}_rollback",
        description=f"Put another version of {model.title} in place as the champion",
        schedule=None,
        start_date=model.start_date,
        catchup=False,
        max_active_runs=1,
        params={"version": version, "reason": reason},
        default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
        tags=["autopilot", "rollback", model.name],
        doc_md=__doc__,
    )
    def wire() -> None:
        rolled_back = task(rolling_back.roll_back)(model.name)
        task(announcing.announce, outlets=[assets.champion(model)])(rolled_back)

    return wire()


for _model in load_models():
    globals()[f"{_model.name}_rollback"] = rollback(_model)
