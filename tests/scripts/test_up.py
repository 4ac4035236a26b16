"""make up on a machine that is busy: late answers and failed searches are no reason to give up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from include.autopilot.settings.config import find_model
from scripts import dag_runs, up
from scripts.running import only_one


class Airflow:
    """The REST API of an Airflow whose searches end as told; every other answer comes too late."""

    def __init__(self, *ends: str) -> None:
        self.ends = list(ends)
        self.started = 0
        self.before: list[dict[str, str]] = []
        self.late = True

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, method = request.url.path, request.method
        if path.endswith("/dagRuns") and method == "POST":
            self.started += 1
            return httpx.Response(200, json={"dag_run_id": f"run-{self.started}"})
        if path.endswith("/dagRuns"):
            return httpx.Response(200, json={"dag_runs": self.before})
        if "/dagRuns/" in path:
            self.late = not self.late
            if not self.late:
                raise httpx.ReadTimeout("too busy", request=request)
            return httpx.Response(200, json={"state": self.ends.pop(0)})
        return httpx.Response(200, json={})


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Callable[[Airflow], None]:
    def run(server: Airflow) -> None:
        @contextmanager
        def signed_in(*_: Any) -> Iterator[httpx.Client]:
            with httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(server.answer)) as client:
                yield client

        monkeypatch.setattr(up, "signed_in", signed_in)
        monkeypatch.setattr(up, "template_exists", lambda *_: False)
        monkeypatch.setattr(dag_runs.time, "sleep", lambda _: None)
        up.publish_a_template("http://aws", "http://airflow", find_model("bace"))

    return run


def test_a_search_that_fails_is_started_again(
    publish: Callable[[Airflow], None], capsys: pytest.CaptureFixture[str]
) -> None:
    server = Airflow("running", "failed", "running", "success")
    publish(server)
    assert server.started == 2
    said = capsys.readouterr().out
    assert "bace_search: failed, once more" in said
    assert "bace_search: success, template published, bace_retrain is ready" in said


def test_it_goes_on_without_a_template_after_three(
    publish: Callable[[Airflow], None], capsys: pytest.CaptureFixture[str]
) -> None:
    server = Airflow("failed", "failed", "failed")
    publish(server)
    assert server.started == 3
    assert "bace_search: failed, see its log in the UI" in capsys.readouterr().out


def test_a_search_that_was_interrupted_goes_on(
    publish: Callable[[Airflow], None], capsys: pytest.CaptureFixture[str]
) -> None:
    server = Airflow("running", "success")
    server.before = [{"dag_run_id": "first", "state": "running"}]
    publish(server)
    assert server.started == 0
    assert "bace_search: the search first was interrupted and goes on" in capsys.readouterr().out


def test_what_became_of_the_search_before_is_said(
    publish: Callable[[Airflow], None], capsys: pytest.CaptureFixture[str]
) -> None:
    server = Airflow("success")
    server.before = [{"dag_run_id": "first", "state": "failed"}]
    publish(server)
    assert server.started == 1
    assert "bace_search: the search first ended failed, a new one is started" in capsys.readouterr().out


@pytest.fixture
def settings() -> list[Any]:
    """The settings that Airflow was started with."""
    return []


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: list[Any]) -> list[str]:
    """What make up starts, its parts being no more than names."""
    parts: list[str] = []

    def airflow(folder: Path, aws: str, given: Any) -> Any:
        assert (folder, aws) == (tmp_path, "http://aws")
        settings.append(given)
        return part("airflow")

    @contextmanager
    def part(name: str) -> Iterator[Any]:
        parts.append(name)
        yield {"aws": SimpleNamespace(url="http://aws"), "airflow": ("http://ui", SimpleNamespace(poll=lambda: 1))}[
            name
        ]

    monkeypatch.setattr(up, "UP", tmp_path)
    monkeypatch.setattr(up, "ROOT", tmp_path)
    monkeypatch.setattr(up, "start", lambda _: part("aws"))
    monkeypatch.setattr(up, "airflow", airflow)
    monkeypatch.setattr(up, "password", lambda _: "secret")
    monkeypatch.setattr(up, "seed", lambda *_: parts.append("seed"))
    return parts


def test_the_model_that_comes_with_it_may_be_gone(
    started: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(up, "load_models", lambda: (replace(find_model("bace"), name="churn"),))
    assert up.main([]) == 1
    assert started == ["aws", "airflow"]
    assert "models         churn\n" in capsys.readouterr().out
    monkeypatch.setattr(up, "load_models", lambda: ())
    up.main([])
    assert "models         none; docs/models.md says how to add one" in capsys.readouterr().out


def test_a_second_one_is_refused_in_a_sentence(
    started: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_one(tmp_path):
        assert up.main([]) == 1
    assert started == []
    assert f"Process {os.getpid()} has the objects of `make up`: one that starts, or" in capsys.readouterr().err
    assert up.main([]) == 1
    assert started == ["aws", "seed", "airflow"]


def test_drops_that_cannot_be_delivered_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BACE_CSV", "/no/such/file.csv")
    assert not up.seed("http://127.0.0.1:9", find_model("bace"))
    assert "bace: its drops could not be delivered, so no search is started" in capsys.readouterr().err


def test_only_what_is_asked_for_starts_unless_one_wants_the_schedules(
    started: list[str], settings: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    up.main([])
    assert "schedules      off: a run starts when you start it (make up SCHEDULES=1:" in capsys.readouterr().out
    up.main(["--schedules"])
    assert "schedules      on: a DAG that is unpaused starts the run of the last interval" in capsys.readouterr().out
    by_hand = {
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    }
    assert settings == [by_hand, None]
    assert started.count("airflow") == 2
