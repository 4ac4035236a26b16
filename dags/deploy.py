"""Let an endpoint serve the champion: ``<model>_deploy``, one per model whose YAML says ``deploy: endpoint``.

It starts when there is a new champion, by promotion or rollback, and reads which one when it begins. Its runs follow
each other, so the last one has seen the last champion, whatever became of those before.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, dag, task

from airflow_autopilot import assets
from airflow_autopilot.endpoints import AutopilotEndpointConfigOperator, AutopilotEndpointOperator
from airflow_autopilot.operators import AutopilotModelOperator
from airflow_autopilot.steps import deploying, opening
from include.autopilot.config import load_models

if TYPE_CHECKING:
    from include.autopilot.config import ModelConfig


def deploy(model: ModelConfig) -> DAG:
    """Wire the deploying DAG of one model."""

    @dag(
        dag_id=f"{model.name}_deploy",
        description=f"Let the endpoint of {model.title} serve the champion",
        schedule=[assets.champion(model)],
        start_date=model.start_date,
        catchup=False,
        max_active_runs=1,
        default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
        tags=["autopilot", "deploy", model.name],
        doc_md=__doc__,
    )
    def wire() -> None:
        run = task(deploying.open_run)(model.name)
        requests = task(deploying.deploy_requests, multiple_outputs=True)(run)
        create = AutopilotModelOperator(task_id="create_champion", config=requests["model"], records=opening.RECORDS)
        configure = AutopilotEndpointConfigOperator(task_id="configure", config=requests["endpoint_config"])
        update = AutopilotEndpointOperator(task_id="update_endpoint", config=requests["endpoint"])
        create >> configure >> update

    return wire()


for _model in load_models():
    if _model.deploy == "endpoint":
        globals()[f"{_model.name}_deploy"] = deploy(_model)
