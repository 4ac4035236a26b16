"""The champion's exam: the same tasks in its own DAG and in every retraining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import task

from airflow_autopilot.flow import flow
from airflow_autopilot.triggering import TriggerWithForm
from airflow_sagemaker_once.operators import AutopilotModelOperator, AutopilotTransformOperator

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig


def exam_tasks() -> tuple[Any, Any]:
    """Make the tasks of an exam, one after the other; give the first and the last one.

    The operators are skipped where there is nobody to examine, or nothing to ask; what is known is stored all the same.
    """
    examinee = AutopilotModelOperator(task_id="create_examinee", config=flow("exam.model_request"))
    sat = AutopilotTransformOperator(
        task_id="sit_exam", config=flow("exam.prediction_request"), op_kwargs={"examinee": examinee.output}
    )
    marking = task(task_id="mark_exam", trigger_rule="none_failed")(flow("exam.mark"))
    marked = marking(examinee=examinee.output, sat=sat.output)
    return examinee, marked


def follow_up(model: ModelConfig, marked: Any) -> None:
    """Make the task that starts what a decline is followed by, where the model's YAML wants more than to be told.

    :param marked: the task that marks the exams.
    """
    if model.decline.then != "tell":
        TriggerWithForm(
            task_id=f"trigger_{model.decline.then}",
            trigger_dag_id=f"{model.name}_{model.decline.then}",
            trigger_run_id="{{ ti.xcom_pull(task_ids='mark_exam')['start'] }}",
            form=flow("exam.follow_up"),
            op_kwargs={"marked": marked},
        )
