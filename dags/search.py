"""Run a fresh Autopilot search and publish its winner as the model's template: ``<model>_search``, started by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, Param, dag, task

from airflow_autopilot import assets
from airflow_autopilot.notifications import on_failure
from airflow_autopilot.operators import AutopilotSearchOperator
from airflow_autopilot.steps import opening, searching
from include.autopilot.config import ALGORITHMS, load_models

if TYPE_CHECKING:
    from include.autopilot.config import ModelConfig


def search(model: ModelConfig) -> DAG:
    """Wire the search DAG of one model."""
    configured = model.search.cutoff.isoformat() if model.search else None
    cutoff = Param(
        configured,
        type=["null", "string"],
        title="Cutoff",
        description="The search sees drops up to this date; retraining for an earlier cutoff is refused. Empty: now.",
    )
    algorithm = Param(
        None,
        enum=[None, *ALGORITHMS],
        title="Algorithm",
        description="The only algorithm to try, for example the last winner's. Empty: as the model's YAML says.",
    )

    @dag(
        dag_id=f"{model.name}_search",
        description=f"Search the best pipeline for {model.title} and publish it as the template",
        schedule=None,
        start_date=model.start_date,
        catchup=False,
        max_active_runs=1,
        params={"cutoff": cutoff, "algorithm": algorithm},
        default_args={"records": opening.RECORDS},
        tags=["autopilot", "search", model.name],
        doc_md=__doc__,
        on_failure_callback=on_failure(model),
    )
    def wire() -> None:
        run = task(opening.open_run)(model.name)
        drops = [assets.drops(model)]
        request = task(searching.search_request, inlets=drops)(run)
        automl = AutopilotSearchOperator(task_id="search", config=request)
        task(searching.publish_template, inlets=drops, outlets=[assets.template(model)])(run, automl.output)

    return wire()


for _model in load_models():
    globals()[f"{_model.name}_search"] = search(_model)
