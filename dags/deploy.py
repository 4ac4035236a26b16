"""Let an endpoint serve the champion: ``<model>_deploy``, one per model whose YAML says ``deploy: endpoint``.

It starts when there is a new champion, by promotion or rollback, and reads which one when it begins. Its runs follow
each other, so the last one has seen the last champion, whatever became of those before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, dag

from airflow_autopilot import assets
from airflow_autopilot.defaults import task_defaults
from airflow_autopilot.described import described
from airflow_autopilot.flow import flow
from airflow_autopilot.opening import prepare_deployment
from airflow_autopilot.parsing import models_for
from airflow_autopilot.steps import task
from airflow_sagemaker_once.endpoints import AutopilotEndpointConfigOperator, AutopilotEndpointOperator
from airflow_sagemaker_once.operators import AutopilotModelOperator

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def deploy(model: ModelConfig) -> DAG:
    """Wire the deploying DAG of one model."""

    @dag(
        dag_id=f"{model.name}_deploy",
        description=f"Let the endpoint of {model.title} serve the champion",
        schedule=[assets.champion(model)],
        start_date=model.start_date,
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults(model),
        tags=["autopilot", "deploy", model.name],
        **described(model, __doc__),
    )
    def wire() -> None:
        requests = flow("deploy.request")
        create = AutopilotModelOperator(task_id="create_champion", config=requests, op_kwargs={"part": "model"})
        configure = AutopilotEndpointConfigOperator(
            task_id="configure", config=requests, op_kwargs={"part": "endpoint_config"}
        )
        update = AutopilotEndpointOperator(task_id="update_endpoint", config=requests, op_kwargs={"part": "endpoint"})
        task(flow(prepare_deployment), task_id="prepare")() >> create >> configure >> update

    return wire()


for _model in models_for("deploy"):
    if _model.deploy == "endpoint":
        globals()[f"{_model.name}_deploy"] = deploy(_model)
