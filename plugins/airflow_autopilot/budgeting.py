"""The question before a run spends more than the budget; a model without one has no such tasks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import get_current_context, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

from airflow_autopilot.flow import flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import Context
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.drops.plan import Plan
    from include.autopilot.settings.config import ModelConfig

QUESTION = "question"

log = logging.getLogger(__name__)


def has_budget(model: ModelConfig) -> bool:
    """Whether a run of the model may have to ask before it spends."""
    return not (model.budget_usd is None and model.budget_usd_per_run is None)


def budget(model: ModelConfig, checked: Any, check: Callable[..., list[str]] | None = None) -> Any:
    """Make the optional group: whether a run may spend, and the question to a person where it may not.

    A rejection ends the run without a job; everything after it is skipped, whatever its trigger rule.

    :param checked: what the task that estimated the run returned.
    :param check: looks whether it may spend; unless told :func:`check_budget`, of a retraining.
    """

    @task_group(group_id="budget", prefix_group_id=False)
    def asking() -> None:
        within = task(task_id="check_budget")(flow(check or check_budget))(checked=checked)
        pull = f"ti.xcom_pull(task_ids='check_budget', key='{QUESTION}')"
        approve = SpendingOperator(
            task_id="approve_spending",
            subject=f"A run of {model.title} may cost more than its budget",
            body=f"{{{{ {pull} }}}}",
            ignore_downstream_trigger_rules=True,
        )
        within >> approve

    return asking()


class SpendingOperator(ApprovalOperator):
    """Airflow's own, skipped where there is no question."""

    def execute(self, context: Context) -> Any:
        """Ask, if there is something to ask."""
        if not context["ti"].xcom_pull(task_ids="check_budget", key=QUESTION):
            raise AirflowSkipException("The run is within its budget: nobody is asked.")
        return super().execute(context)


def check_budget(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan, checked: dict[str, Any]
) -> list[str]:
    """Look whether a retraining may spend what it will; a question to a person becomes an XCom."""
    if plan.options.dry_run:
        raise AirflowSkipException("A dry run spends nothing.")
    what = f"Retraining {config.title} for the cutoff {plan.cutoff.date().isoformat()}"
    return _within(s3, sagemaker, config, what, checked, plan.source)


def check_backtest_budget(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, checked: dict[str, Any]
) -> list[str]:
    """Look whether a backtest may spend what it will; a question to a person becomes an XCom."""
    if checked["dry_run"] or not checked["asked"]:
        raise AirflowSkipException("It spends nothing.")
    what = f"The backtest of {config.title} up to {checked['cutoff'][:10]}"
    return _within(s3, sagemaker, config, what, checked, checked["source"])


def _within(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    what: str,
    checked: dict[str, Any],
    source: str | None,
) -> list[str]:
    """Return why somebody has to be asked, and ask.

    :param what: is to be paid for; ``checked``: has its ``usd`` and the ``sentence`` of its estimate.
    """
    from airflow_autopilot.notifications import send
    from include.autopilot.base.locations import Locations
    from include.autopilot.base.source import is_synthetic, marked
    from include.autopilot.cost import billing, spending
    from include.autopilot.cost import budget as budgets
    from include.autopilot.messages.runs import over_budget

    context = get_current_context()
    # When Airflow began the run, also a backfilled one, whose cutoff lies in another month than its spending.
    started = context["dag_run"].start_date or context["dag_run"].run_after
    month = f"{started:%Y-%m}"
    jobs = spending.model_jobs(s3, sagemaker, Locations(config.root), config.prices)
    spent = billing.totals(job for job in jobs if job.month in (month, None))
    limits = budgets.Limits(config.budget_usd, config.budget_usd_per_run)
    reasons = budgets.reasons_to_ask(limits, checked["usd"], month, spent)
    if not reasons:
        about = checked["usd"]
        log.info("%s: %.2f USD so far, this run about %.2f USD: within budget", month, spent["known_usd"], about)
        return []
    question = budgets.question(what, checked["sentence"], reasons)
    log.warning("%s", marked(question, source))
    context["ti"].xcom_push(QUESTION, marked(question, source))
    if config.notify:
        send(config.notify, over_budget(config.title, question, is_synthetic(source)))
    return list(reasons)
