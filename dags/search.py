"""Run a fresh Autopilot search and publish its winner as the model's template: ``<model>_search``, started by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, dag

from airflow_autopilot import assets
from airflow_autopilot.defaults import task_defaults
from airflow_autopilot.described import described
from airflow_autopilot.flow import flow
from airflow_autopilot.form import with_form
from airflow_autopilot.notifications import on_failure
from airflow_autopilot.opening import prepare_search
from airflow_autopilot.parsing import models_for
from airflow_autopilot.steps import task
from airflow_sagemaker_once.operators import AutopilotSearchOperator
from include.autopilot.settings.options import SearchOptions

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def search(model: ModelConfig) -> DAG:
    """Wire the search DAG of one model."""

    @dag(
        dag_id=f"{model.name}_search",
        description=f"Search the best pipeline for {model.title} and publish it as the template",
        schedule=None,
        start_date=model.start_date,
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults(model),
        tags=["autopilot", "search", model.name],
        **described(model, __doc__),
        on_failure_callback=on_failure(model),
    )
    def wire() -> None:
        drops = [assets.drops(model)]
        prepared = task(flow(prepare_search), task_id="prepare", inlets=drops)()
        searched = AutopilotSearchOperator(
            task_id="search", config=flow("search.request"), op_kwargs={"prepared": prepared}, take_over=True
        )
        lineage = {"inlets": drops, "outlets": [assets.template(model)]}
        task(flow("search.publish_winner"), task_id="publish", **lineage)(searched=searched.output)

    return with_form(wire(), SearchOptions.form(model))


for _model in models_for("search"):
    globals()[f"{_model.name}_search"] = search(_model)
