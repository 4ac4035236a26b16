"""docs/runbook.md knows every error and every message, and names only what is there."""

from __future__ import annotations

import inspect
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from include.autopilot.messages import runs
from include.autopilot.settings.config import find_model
from tests.support.commandlines import unknown_in
from tests.support.errorclasses import error_classes, errors_of
from tests.support.named import known
from tests.support.pages import anchors, rows, shell, spans
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "runbook.md").read_text()
ERRORS = PAGE[PAGE.index("## Errors before the training") : PAGE.index("## States")]
MESSAGES = PAGE[PAGE.index("## Messages\n") :]
STATES = {
    "a-run-that-waits", "a-run-marked-failed-by-a-person", "a-killed-worker", "an-endpoint-that-failed",
    "a-champion-that-declined", "a-rejected-drop", "a-job-that-is-not-this-tasks", "rollback",
}  # fmt: skip
# Files beside a run, objects of the embedded AWS, tags: what is no name of this repository's own.
OTHERS = {
    "airflow-autopilot:dag", "…:run", "…:task", "drift.html", "guard.json", "champion.json", "server.log", "--query",
}  # fmt: skip


def told() -> list[str]:
    """The errors that have a line in one of the tables."""
    return [name for row in rows(ERRORS) for name in spans(row[0])]


def named() -> list[str]:
    subjects = {span for row in rows(MESSAGES) for span in spans(row[0])}
    return sorted(set(spans(PAGE)) - set(told()) - subjects - OTHERS)


def test_every_error_is_told_once(airflow_db: None) -> None:
    assert {name: count for name, count in Counter(told()).items() if count > 1} == {}
    assert set(told()) == error_classes()


def test_the_classes_that_are_known_are_ours(airflow_db: None) -> None:
    assert {"DropError", "BareListError", "EndpointFailed", "StartFailed", "NotHealthy"} <= error_classes()
    assert "ClientError" not in error_classes()
    assert errors_of("airflow_sagemaker_once.errors") >= {"JobError", "NameTaken"}


@pytest.mark.parametrize("row", [row for row in rows(ERRORS) if spans(row[0])], ids=lambda row: row[0])
def test_every_line_says_all_of_it(row: list[str]) -> None:
    base = row[0] in ("`JobError`", "`AutopilotError`")
    needs_look = row[0] != "`NotRunning`"
    assert len(row) == 5
    assert len(row[1]) > 10
    assert base or (all(row[3:]) and (row[2] != "" or not needs_look))


@pytest.mark.parametrize("name", named())
def test_everything_that_is_named_is_there(airflow_db: None, name: str) -> None:
    if name.startswith(("make ", "python ")):
        assert unknown_in(name) == []
    else:
        assert known(name)


@pytest.mark.parametrize("command", shell(PAGE))
def test_every_command_can_be_typed(command: str) -> None:
    assert unknown_in(command) == []


def test_every_message_is_told() -> None:
    report: dict[str, Any] = {
        "title": "<title>",
        "synthetic": False,
        "cutoff": "2024-01-01",
        "gate": {"promotion": {"kind": "promoted"}},
        "standing": {"declined": True, "sentence": "."},
        "search_signal": ["."],
    }
    sent = [
        runs.failed("<title>", "<dag>", "run", "task", None),
        runs.over_budget("<title>", "", False),
        runs.late("<title>", "<dag>", "run", 1.0, "running"),
        *runs.concluded(report, "page"),
    ]
    assert [span for row in rows(MESSAGES) for span in spans(row[0])] == [message.subject for message in sent]


def test_every_state_has_its_place() -> None:
    assert anchors(PAGE) >= STATES


def test_the_numbers_are_the_codes(airflow_db: None) -> None:
    from airflow.sdk.configuration import conf

    from airflow_sagemaker_once import owned_job
    from airflow_sagemaker_once.endpoints import AutopilotEndpointOperator
    from dags.deploy import deploy
    from dags.retrain import retrain
    from dags.search import search

    bace = find_model("bace")
    retraining = retrain(bace)
    assert {task.retries for task in retraining.tasks} == {2}
    assert [dag.max_active_runs for dag in (retraining, search(bace), deploy(bace))] == [4, 1, 1]
    assert default_of(owned_job.OwnedJob, "capacity_wait") == timedelta(hours=2)
    assert default_of(AutopilotEndpointOperator, "time_limit") == timedelta(hours=1)
    assert owned_job._GRACE_SECONDS == 15 * 60
    assert conf.getint("scheduler", "task_instance_heartbeat_timeout") == 5 * 60


def default_of(operator: type, parameter: str) -> Any:
    return inspect.signature(inspect.unwrap(operator.__init__)).parameters[parameter].default
