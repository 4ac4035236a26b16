"""Retrain the Autopilot winner on every new drop: one DAG, ``<model>_retrain``, per file in include/models/."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, dag, task

from airflow_autopilot import steps
from airflow_autopilot.operators import AutopilotModelOperator, AutopilotTrainingOperator, AutopilotTransformOperator
from include.autopilot.config import load_models
from include.autopilot.options import form

if TYPE_CHECKING:
    from include.autopilot.config import ModelConfig


def retrain(model: ModelConfig) -> DAG:
    """Wire the retraining DAG of one model."""

    @dag(
        dag_id=f"{model.name}_retrain",
        description=f"Retrain {model.title} on every drop up to the cutoff",
        schedule=CronDataIntervalTimetable(model.schedule, timezone="UTC") if model.schedule else None,
        start_date=model.start_date,
        catchup=False,
        max_active_runs=1,
        params={name: Param(**schema) for name, schema in form(model).items()},
        default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "records": steps.RECORDS},
        tags=["autopilot", "retrain", model.name],
        doc_md=__doc__,
    )
    def wire() -> None:
        run = task(steps.open_run)(model.name)
        prepared = task(steps.prepare, multiple_outputs=True)(run)
        plan = prepared["plan"]
        # Features are made once per drop: a run makes only the missing ones. Where there are none Airflow skips the
        # step, which must not skip what follows: hence none_failed.
        missing = task(steps.missing_features)(prepared["featurize"])
        featurize = AutopilotTransformOperator.partial(task_id="featurize").expand(config=missing)
        training = task(steps.training_request, trigger_rule="none_failed")(plan)
        train = AutopilotTrainingOperator(task_id="train", config=training)
        pipeline = task(steps.model_request)(plan, train.output)
        create_model = AutopilotModelOperator(task_id="create_model", config=pipeline)
        prediction = task(steps.prediction_request)(plan, create_model.output)
        predict = AutopilotTransformOperator(task_id="predict_holdout", config=prediction)
        evaluated = task(steps.evaluate)(plan, predict.output)
        jobs = {"featurize": featurize, "train": train, "create_model": create_model, "predict_holdout": predict}
        ended = {step: operator.output for step, operator in jobs.items()}
        reported = task(steps.report, trigger_rule="none_failed")(plan, ended)
        featurize >> training
        evaluated >> reported

    return wire()


for _model in load_models():
    globals()[f"{_model.name}_retrain"] = retrain(_model)
