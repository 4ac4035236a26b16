"""Examine the champion on every new drop before anything learns from it: ``<model>_exam``.

A retraining holds the exams that are missing by itself; this DAG holds them without one: by hand, as a backfill, or
where a decline is to be followed by something, when a drop comes or at fixed times. Each exam is one small batch
transform; what it came to is kept for ever (docs/freshness.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, dag

from airflow_autopilot import assets
from airflow_autopilot.defaults import task_defaults
from airflow_autopilot.described import described
from airflow_autopilot.examining import exam_tasks, follow_up
from airflow_autopilot.flow import flow
from airflow_autopilot.form import with_form
from airflow_autopilot.notifications import on_failure
from airflow_autopilot.opening import prepare_exam
from airflow_autopilot.parsing import models_for
from airflow_autopilot.steps import task
from include.autopilot.settings.options import ExamOptions

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def exam(model: ModelConfig) -> DAG:
    """Wire the exam DAG of one model."""

    @dag(
        dag_id=f"{model.name}_exam",
        description=f"Examine the champion of {model.title} on drops that it has not learned from",
        schedule=assets.exam_schedule_of(model),
        start_date=model.start_date,
        catchup=False,
        default_args=task_defaults(model),
        tags=["autopilot", "exam", model.name],
        **described(model, __doc__),
        on_failure_callback=on_failure(model),
    )
    def wire() -> None:
        prepared = task(flow(prepare_exam))()
        examinee, marked = exam_tasks()
        prepared >> examinee
        follow_up(model, marked)

    return with_form(wire(), ExamOptions.form(model))


for _model in models_for("exam"):
    if _model.exam == "on":
        globals()[f"{_model.name}_exam"] = exam(_model)
