"""The tasks from the evaluated model to the champion: ask the champion, judge, register, ask a person, promote."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from airflow_autopilot.steps.task import client, model_of, refused_at_once

# The task of the ApprovalOperator. The promotion must not follow it directly: a rejection skips what does.
APPROVAL = "approve"
# The key under which it keeps the answer.
ANSWER = "answer"

log = logging.getLogger(__name__)


@refused_at_once
def champion_request(run: dict[str, str], plan: str) -> dict[str, Any]:
    """Give the request for the champion as a model again; skipped where there is no champion to ask."""
    from include.autopilot.gate import judging

    request = judging.champion_request(client("s3"), client("sagemaker"), model_of(run["model"]), plan)
    if request is None:
        raise AirflowSkipException("There is no champion to ask, or it cannot be asked: the verdict will say.")
    return request


@refused_at_once
def champion_prediction_request(plan: str, champion: dict[str, Any]) -> dict[str, Any]:
    """Give the request with which the champion predicts the same holdout."""
    from include.autopilot.gate import judging

    return judging.prediction_request(client("s3"), plan, champion["name"])


@refused_at_once
def judge(run: dict[str, str], plan: str, model: dict[str, Any], asked: dict[str, Any] | None) -> dict[str, Any]:
    """Compare; ``asked`` is the champion's prediction job, None where it was not asked."""
    from include.autopilot.gate import judging

    gate = model_of(run["model"]).gate
    judged = judging.judge_run(client("s3"), gate, plan, model["name"], asked["uri"] if asked else None)
    return {name: judged["verdict"][name] for name in ("decision", "reason", "sentence", "promotes")}


@refused_at_once
def register(run: dict[str, str], plan: str, model: dict[str, Any]) -> dict[str, Any]:
    """Register the version and write the ledger's record."""
    from include.autopilot.champion import registering

    config = model_of(run["model"])
    return registering.register_run(client("s3"), client("sagemaker"), config, plan, model["name"], moment())


def choose_approval(registered: dict[str, Any]) -> str:
    """Give the task that follows: a person is asked only where the answer could change something."""
    return APPROVAL if registered["asks"] else "promote"


@refused_at_once
def promote(run: dict[str, str], plan: str, registered: dict[str, Any]) -> dict[str, Any]:
    """Make the version the champion, or keep the one there is."""
    from include.autopilot.champion import registering

    # A question that was not asked this time may have been answered before the task was cleared.
    answer = answered() if registered["asks"] else None
    config = model_of(run["model"])
    stores = client("s3"), client("sagemaker")
    found = registering.promote_run(*stores, config, plan, registered["arn"], answer, moment())
    return {name: found[name] for name in ("kind", "reason", "sentence", "number")}


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


def moment() -> str:
    """Give the instant for which Airflow started this run: the only time that the ledger knows."""
    from include.autopilot.cutoff import as_utc

    return as_utc(get_current_context()["dag_run"].run_after).isoformat()
