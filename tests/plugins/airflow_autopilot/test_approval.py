"""The question to a person inside a DAG run: what is skipped, and what the promotion gets to know.

Nobody can answer in ``dag.test()``, so the operator is answered for; everything after the answer is Airflow's own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, task

from airflow_autopilot.approval import approval
from airflow_autopilot.promoting import answered
from tests.support.airflowdb import ran

WHEN = datetime(2025, 1, 2, tzinfo=UTC)
ANN = {"id": "1", "name": "ann"}


def small(asks: bool) -> DAG:
    """The end of the retraining DAG with another register and another promote."""

    def register() -> dict[str, Any]:
        return {"asks": asks, "subject": "Promote version 2?", "body": "| of the champion | 1 |"}

    def promote(_registered: dict[str, Any]) -> dict[str, Any] | None:
        found = answered()
        return None if found is None else {"answer": found.answer, "sentence": found.sentence, "at": found.answered_at}

    with DAG(f"asks_{asks}".lower(), schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        registered = task(register)()
        promoted = task(promote, trigger_rule="none_failed")(registered)
        registered >> approval(3600) >> promoted
    return dag


@pytest.fixture
def ask(airflow_db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[dict[str, str], Any, list[Any]]]:
    """Run the small DAG with an answer; gives the tasks' states, what promote returned, and what was shown."""

    def run(
        asks: bool, option: str = "Reject", who: Any = None, note: str = ""
    ) -> tuple[dict[str, str], Any, list[Any]]:
        shown: list[Any] = []

        def answer(self: Any, context: Any) -> Any:
            shown.append((self.subject, self.body))
            event = {"chosen_options": [option], "params_input": {"note": note}, "responded_by_user": who}
            return self.execute_complete(context, {**event, "responded_at": WHEN})

        monkeypatch.setattr(HITLOperator, "execute", answer)
        ended = ran(small(asks), run_conf={})
        instances = {one.task_id: one for one in ended.get_task_instances()}
        states = {name: str(one.state) for name, one in instances.items()}
        return states, instances["promote"].xcom_pull(task_ids="promote"), shown

    return run


def test_approval_goes_on(ask: Any) -> None:
    states, got, shown = ask(True, "Approve", ANN, "checked")
    assert set(states.values()) == {"success"}
    assert got == {"answer": "approved", "sentence": "Approved by ann: checked.", "at": WHEN.isoformat()}
    assert shown == [("Promote version 2?", "| of the champion | 1 |")]


def test_a_rejection_skips_the_mark_and_is_still_recorded(ask: Any) -> None:
    states, got, _ = ask(True, "Reject", ANN)
    assert (states["approve"], states["approved"], states["promote"]) == ("success", "skipped", "success")
    assert (got["answer"], got["sentence"]) == ("rejected", "Rejected by ann.")


def test_no_answer_in_time_is_recorded_as_such(ask: Any) -> None:
    states, got, _ = ask(True, "Reject", None)
    assert (states["approved"], states["promote"]) == ("skipped", "success")
    assert got["answer"] == "timed_out"


def test_where_an_answer_changes_nothing_nobody_is_asked(ask: Any) -> None:
    states, got, shown = ask(False)
    assert (states["approve"], states["approved"], states["promote"]) == ("skipped", "skipped", "success")
    assert got is None
    assert shown == []
