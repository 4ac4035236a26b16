"""A person's approval, asked in Airflow's UI, with the comparison before their eyes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, task_group
from airflow.sdk.exceptions import AirflowSkipException

from airflow_autopilot.promoting import ANSWER, APPROVAL

if TYPE_CHECKING:
    from airflow.sdk import Context

_NOTE = "Why, if you want to say it. The ledger keeps it with your name."
_REGISTERED = "ti.xcom_pull(task_ids='register')"


class KeptApprovalOperator(ApprovalOperator):
    """Airflow's own, skipped where an answer could change nothing; the answer is kept as an XCom first.

    A rejection skips tasks by an exception, so what the operator would have returned is lost.
    """

    def execute(self, context: Context) -> Any:
        """Ask, if ``register`` says so."""
        if not context["ti"].xcom_pull(task_ids="register")["asks"]:
            raise AirflowSkipException("Nobody's approval could change anything: nobody is asked.")
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Keep the answer and go on as Airflow does; an event without an answer is an error that Airflow raises."""
        if event.get("chosen_options"):
            context["ti"].xcom_push(key=ANSWER, value=kept(event))
        return super().execute_complete(context, event)


def kept(event: dict[str, Any]) -> dict[str, Any]:
    """Give an answer as plain JSON: ``approved``, ``by`` (None where the time was over), ``at`` and ``note``."""
    who: Any = event.get("responded_by_user")
    when: Any = event.get("responded_at")
    return {
        "approved": event["chosen_options"] == [ApprovalOperator.APPROVE],
        "by": who["name"] if isinstance(who, dict) else getattr(who, "name", None),
        "at": when.isoformat() if hasattr(when, "isoformat") else when,
        "note": str((event.get("params_input") or {}).get("note") or "").strip(),
    }


def approval(timeout_seconds: int | None) -> Any:
    """Make the group of the question and the mark that it was answered with yes; ``register`` returned what it shows.

    A rejection skips what directly follows the question, which is only the mark: the promotion behind it runs all the
    same, to record the answer. Without an answer in time Airflow rejects by itself.

    :param timeout_seconds: how long to wait for an answer; None waits for ever.
    """

    @task_group(group_id="approval", prefix_group_id=False)
    def asking() -> None:
        asked = KeptApprovalOperator(
            task_id=APPROVAL,
            subject=f"{{{{ {_REGISTERED}['subject'] }}}}",
            body=f"{{{{ {_REGISTERED}['body'] }}}}",
            defaults="Reject",
            # May be null: Airflow's page lets nobody answer while a text that may not be is empty.
            params={"note": Param(None, type=["null", "string"], title="Note", description=_NOTE)},
            response_timeout=None if timeout_seconds is None else timedelta(seconds=timeout_seconds),
        )
        asked >> EmptyOperator(task_id="approved")

    return asking()
