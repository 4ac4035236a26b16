"""The history that make up makes: each cutoff once, whatever interrupts it, and nothing where people were before."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from include.autopilot.settings.config import find_model
from scripts import dag_runs, first_look

MODEL = find_model("bace")
RUNS = "/api/v2/dags/bace_retrain/dagRuns"
OURS = ["first-2024-01-01", "first-2024-02-01", "first-2024-03-01"]


class Airflow:
    """The runs of a DAG; every run that is asked after ends as told, else well."""

    def __init__(self, before: dict[str, str] | None = None, ends: dict[str, str] | None = None) -> None:
        self.runs, self.ends = dict(before or {}), ends or {}
        self.asked: list[dict[str, Any]] = []
        self.unpaused = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, method = request.url.path, request.method
        if path == RUNS and method == "POST":
            body = json.loads(request.content)
            if body["dag_run_id"] in self.runs:
                return httpx.Response(409)
            self.asked.append(body)
            self.runs[body["dag_run_id"]] = "queued"
            return httpx.Response(200, json={"dag_run_id": body["dag_run_id"]})
        if path == RUNS:
            state = request.url.params.get("state")
            found = [self.shown(name) for name in reversed(self.runs) if state in (None, self.runs[name])]
            return httpx.Response(200, json={"dag_runs": found[: int(request.url.params["limit"])]})
        if path.startswith(RUNS):
            name = path.rpartition("/")[2]
            shown = self.shown(name)
            if self.runs[name] in ("queued", "running"):
                self.runs[name] = self.ends.get(name, "success")
            return httpx.Response(200, json=shown)
        if method == "PATCH":
            self.unpaused += 1
        return httpx.Response(200, json={})

    def shown(self, name: str) -> dict[str, Any]:
        return {"dag_run_id": name, "state": self.runs[name], "note": f"promoted: {name}\nmore"}


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag_runs.time, "sleep", lambda _: None)


def client_of(server: Airflow) -> httpx.Client:
    return httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(server.answer))


def made(server: Airflow) -> Airflow:
    with client_of(server) as client:
        first_look.make_a_history(client, MODEL)
    return server


def test_three_cutoffs_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    server = made(Airflow())
    assert [body["dag_run_id"] for body in server.asked] == OURS
    assert [body["conf"]["cutoff"][:10] for body in server.asked] == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert set(server.runs.values()) == {"success"}
    assert "bace_retrain 2024-02-01\n" in (said := capsys.readouterr().out)
    assert "  promoted: first-2024-02-01\n" in said


def test_a_second_time_does_nothing() -> None:
    server = made(Airflow())
    server.asked.clear()
    server.unpaused = 0
    made(server)
    assert (server.asked, server.unpaused) == ([], 0)


def test_what_was_interrupted_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    server = made(Airflow({OURS[0]: "success", OURS[1]: "running"}))
    assert [body["dag_run_id"] for body in server.asked] == OURS[2:]
    assert server.runs[OURS[1]] == "success"
    assert "bace_retrain 2024-02-01 was interrupted and goes on; a task that was killed" in capsys.readouterr().out


def test_a_dag_that_somebody_works_with_is_left_alone() -> None:
    server = made(Airflow({"manual__2026-11-01": "success"}))
    assert (server.asked, server.unpaused) == ([], 0)


def test_a_run_of_somebody_meanwhile_is_no_reason_to_stop() -> None:
    assert len(made(Airflow({OURS[0]: "success", "manual__2026-11-01": "failed"})).asked) == 2


def test_a_failure_is_said_and_nothing_follows_it(capsys: pytest.CaptureFixture[str]) -> None:
    server = made(Airflow(ends={OURS[1]: "failed"}))
    assert list(server.runs) == OURS[:2]
    assert "failed: see first-2024-02-01 in the UI" in capsys.readouterr().out
    made(server)
    assert list(server.runs) == OURS[:2], "nor in the next make up"


def test_where_to_begin_has_the_last_report_if_there_is_one() -> None:
    with client_of(server := Airflow()) as client:
        assert "first-" not in first_look.where_to_begin(client, MODEL, "http://ui")
        server.runs = {OURS[0]: "success", OURS[1]: "failed"}
        said = first_look.where_to_begin(client, MODEL, "http://ui")
    assert "http://ui/autopilot/airflow/bace_retrain/first-2024-01-01 - the report" in said
    assert "http://ui/dags/bace_retrain - " in said
    assert "cutoff 2024-04-01" in said
