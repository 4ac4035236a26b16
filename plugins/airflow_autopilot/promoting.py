"""From the verdict to the champion: register, ask a person, promote, put an earlier version back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context

from airflow_autopilot import assets
from airflow_autopilot.dashboard.addresses import run_page

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.drops.plan import Plan
    from include.autopilot.settings.config import ModelConfig

# The task that asks a person. The promotion must not follow it directly: a rejection skips what does.
APPROVAL = "approve"
# The key under which it keeps the answer.
ANSWER = "answer"
# What a promotion or a rollback returns as ``kind`` where the champion is another one now.
MOVES = ("promoted", "rolled_back")

log = logging.getLogger(__name__)


def register(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    plan: Plan,
    at: str,
    jobs: list[dict[str, Any]],
    judged: Mapping[str, Any],
) -> dict[str, Any]:
    """Register the version and write the ledger's record; a person who is asked has the report before their eyes."""
    from include.autopilot.champion import registering

    found = registering.register_run(s3, sagemaker, config, plan, judged["model"], at)
    if found["asks"]:
        # Charts take seconds to import.
        from include.autopilot.champion.judging import put_forward
        from include.autopilot.report.page import write_report

        written = write_report(s3, put_forward(s3, plan), jobs, structures=config.report.structures)
        page = run_page(plan.model, plan.run)
        shown = f"[The run's page has the report]({page}). " if page else ""
        found["body"] = f"{found['body']}\n\n{shown}Report: `{written['html']}`"
    return found


def promote(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan, at: str, registered: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the version the champion, or keep the one there is."""
    from include.autopilot.champion import registering

    # A question that was not asked this time may have been answered before the task was cleared.
    answer = answered() if registered["asks"] else None
    found = registering.promote_run(s3, sagemaker, config, plan, registered["arn"], answer, at)
    announce(config, found)
    return {name: found[name] for name in ("kind", "reason", "sentence", "number")}


def roll_back(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, at: str) -> dict[str, Any]:
    """Put the version of the form in place as the champion."""
    from airflow_autopilot.opening import key_of_now
    from include.autopilot.champion.pointer import store_of
    from include.autopilot.champion.rollback import roll_back as put_back
    from include.autopilot.settings.options import RollbackOptions

    form = RollbackOptions.from_form(get_current_context()["params"])
    found = put_back(store_of(s3, sagemaker, config), form.version, form.reason, key_of_now(), at)
    log.info("%s", found["sentence"])
    announce(config, found)
    return {name: found[name] for name in ("kind", "number", "reason", "sentence", "version")}


def announce(config: ModelConfig, moved: Mapping[str, Any]) -> None:
    """Tell Airflow of a new champion, so that what waits for it starts; of one that stays, say nothing."""
    if moved["kind"] in MOVES:
        events = get_current_context()["outlet_events"]
        events[assets.new_champion(config)].add(assets.champion(config))


def approval_of(answer: dict[str, Any] | None) -> Any:
    """Give the kept answer of the approval as the domain takes it; None where nobody was asked."""
    from include.autopilot.champion.promotion import Approval

    if not answer:
        return None
    if answer["by"] is None:
        # Airflow itself answered with the operator's default, because the time was over.
        return Approval("timed_out", answered_at=answer["at"])
    return Approval("approved" if answer["approved"] else "rejected", answer["by"], answer["at"], answer["note"])


def answered() -> Any:
    """Give this run's answer of the approval; None where nobody answered yet."""
    return approval_of(get_current_context()["ti"].xcom_pull(task_ids=APPROVAL, key=ANSWER))
