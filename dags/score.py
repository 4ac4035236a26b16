"""Predict new rows with the champion: ``<model>_score``, by form, at fixed times, or when there is a new champion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, dag

from airflow_autopilot import assets
from airflow_autopilot.defaults import task_defaults
from airflow_autopilot.described import described
from airflow_autopilot.flow import flow
from airflow_autopilot.form import with_form
from airflow_autopilot.opening import check
from airflow_autopilot.parsing import models_for
from airflow_autopilot.steps import task
from airflow_sagemaker_once.operators import AutopilotModelOperator, AutopilotTransformOperator
from include.autopilot.settings.scoreoptions import ScoreOptions

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def score(model: ModelConfig) -> DAG:
    """Wire the scoring DAG of one model."""

    @dag(
        dag_id=f"{model.name}_score",
        description=f"Predict new rows of {model.title} with the champion",
        schedule=assets.scoring_schedule_of(model),
        start_date=model.start_date,
        catchup=False,
        default_args=task_defaults(model),
        tags=["autopilot", "score", model.name],
        **described(model, __doc__),
    )
    def wire() -> None:
        # Everything is checked here, before anything is paid for.
        checked = task(flow(check))()
        champion = AutopilotModelOperator(task_id="create_champion", config=flow("score.model_request"))
        predict = AutopilotTransformOperator(
            task_id="predict", config=flow("score.prediction_request"), op_kwargs={"champion": champion.output}
        )
        lineage = {"inlets": [assets.champion(model)], "outlets": [assets.scores(model)]}
        task(flow("score.join"), **lineage)(predicted=predict.output)
        checked >> champion

    return with_form(wire(), ScoreOptions.form(model))


for _model in models_for("score"):
    globals()[f"{_model.name}_score"] = score(_model)
