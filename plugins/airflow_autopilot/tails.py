"""Optional ends of the retraining DAG: what is not configured is not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import task

from airflow_autopilot.steps import budgeting, concluding

if TYPE_CHECKING:
    from include.autopilot.config import ModelConfig


def guard(model: ModelConfig, run: Any, checked: Any, plan: Any, path: Any) -> None:
    """Ask for approval between the preflight and the first paid job, where the model has a budget.

    A rejection ends the run without a job; everything after it is skipped, whatever its trigger rule.
    """
    if model.budget_usd is None and model.budget_usd_per_run is None:
        checked >> path
        return
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    within = task.branch(budgeting.check_budget)(run, checked, plan)
    pull = f"ti.xcom_pull(task_ids='check_budget', key='{budgeting.QUESTION}')"
    approve = ApprovalOperator(
        task_id=budgeting.APPROVAL,
        subject=f"Retraining {model.title} may cost more than its budget",
        body=f"{{{{ {pull} }}}}",
        ignore_downstream_trigger_rules=True,
    )
    within >> [path, approve]
    approve >> path


def conclude(model: ModelConfig, run: Any, plan: Any, reported: Any) -> None:
    """Tell people, and trigger a search, where the model is configured so."""
    if model.notify:
        task(concluding.tell)(run, reported)
    if model.search_again == "trigger" and model.search_after_losses is not None:
        _trigger(model, "trigger_search", task.short_circuit(concluding.wants_search)(run, reported))
        # The run itself has failed then, and stays failed: everything else is upstream_failed.
        unknown: Any = task.short_circuit(trigger_rule="one_failed")(concluding.wants_class)(run)
        plan >> unknown
        _trigger(model, "trigger_search_for_class", unknown)


def _trigger(model: ModelConfig, task_id: str, wanted: Any) -> None:
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

    search = TriggerDagRunOperator(
        task_id=task_id,
        trigger_dag_id=f"{model.name}_search",
        conf=wanted,
        # The search of this run, whoever asks for it again: a retry must not start a second one.
        trigger_run_id="retrain__{{ run_id }}",
        skip_when_already_exists=True,
    )
    wanted >> search
