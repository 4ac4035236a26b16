"""A person's approval, asked in Airflow's UI, with the comparison before their eyes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param

from airflow_autopilot.steps.gating import APPROVAL


def approval(timeout_seconds: int | None) -> tuple[Any, Any]:
    """Make the question and the mark that it was answered with yes; ``register`` returned what it shows.

    A rejection skips what directly follows the question, which is only the mark: the promotion behind it runs all the
    same, to record the answer. Without an answer in time Airflow rejects by itself.

    :param timeout_seconds: how long to wait for an answer; None waits for ever.
    """
    registered = "ti.xcom_pull(task_ids='register')"
    asked = ApprovalOperator(
        task_id=APPROVAL,
        subject=f"{{{{ {registered}['subject'] }}}}",
        body=f"{{{{ {registered}['body'] }}}}",
        defaults="Reject",
        params={"note": Param("", type="string", title="Note", description="Kept in the ledger.")},
        response_timeout=None if timeout_seconds is None else timedelta(seconds=timeout_seconds),
    )
    approved = EmptyOperator(task_id="approved")
    asked >> approved
    return asked, approved
