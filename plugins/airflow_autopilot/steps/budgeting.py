"""The task that asks before a run spends more than the budget."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import get_current_context

from airflow_autopilot.steps.task import client, model_of, refused_at_once

APPROVAL = "approve_spending"
QUESTION = "question"

log = logging.getLogger(__name__)


@refused_at_once
def check_budget(run: dict[str, str], checked: dict[str, Any], plan: str) -> str:
    """Give the task to go on with: the run's path, or the question whether it may spend."""
    from airflow_autopilot.notifications import send
    from include.autopilot.cost import budget, cost, messages, spending
    from include.autopilot.plan import load_plan
    from include.autopilot.source import marked

    context = get_current_context()
    model, planned = model_of(run["model"]), load_plan(client("s3"), plan)
    # When Airflow began the run, also a backfilled one, whose cutoff lies in another month than its spending.
    started = context["dag_run"].start_date or context["dag_run"].run_after
    month = f"{started:%Y-%m}"
    jobs = spending.model_jobs(client("s3"), client("sagemaker"), planned.locations, model.prices)
    spent = cost.totals(job for job in jobs if job.month in (month, None))
    limits = budget.Limits(model.budget_usd, model.budget_usd_per_run)
    reasons = budget.reasons_to_ask(limits, checked["usd"], month, spent)
    if not reasons:
        log.info(
            "%s: %.2f USD so far, this run about %.2f USD: within budget", month, spent["known_usd"], checked["usd"]
        )
        return "choose_path"
    question = budget.question(model.title, run["cutoff"], checked["sentence"], reasons)
    log.warning("%s", marked(question, planned.source))
    context["ti"].xcom_push(QUESTION, marked(question, planned.source))
    if model.notify:
        send(model.notify, messages.over_budget(model.title, question, planned.synthetic))
    return APPROVAL
