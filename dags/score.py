"""Predict new rows with the champion: ``<model>_score``, by form, at fixed times, or when there is a new champion."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, Param, dag, task

from airflow_autopilot import assets
from airflow_autopilot.operators import AutopilotModelOperator, AutopilotTransformOperator
from airflow_autopilot.steps import opening, scoring
from include.autopilot.config import load_models
from include.autopilot.scoring.scoreoptions import score_form

if TYPE_CHECKING:
    from include.autopilot.config import ModelConfig


def score(model: ModelConfig) -> DAG:
    """Wire the scoring DAG of one model."""

    @dag(
        dag_id=f"{model.name}_score",
        description=f"Predict new rows of {model.title} with the champion",
        schedule=assets.scoring_schedule_of(model),
        start_date=model.start_date,
        catchup=False,
        params={name: Param(**schema) for name, schema in score_form(model).items()},
        default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "records": opening.RECORDS},
        tags=["autopilot", "score", model.name],
        doc_md=__doc__,
    )
    def wire() -> None:
        run = task(scoring.open_run)(model.name)
        # Everything is checked here, before anything is paid for.
        plan = task(scoring.check, multiple_outputs=True)(run)["plan"]
        request = task(scoring.model_request)(plan)
        champion = AutopilotModelOperator(task_id="create_champion", config=request)
        prediction = task(scoring.prediction_request)(plan, champion.output)
        predict = AutopilotTransformOperator(task_id="predict", config=prediction)
        lineage = {"inlets": [assets.champion(model)], "outlets": [assets.scores(model)]}
        task(scoring.join, **lineage)(plan, predict.output)

    return wire()


for _model in load_models():
    globals()[f"{_model.name}_score"] = score(_model)
