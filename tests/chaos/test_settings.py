"""The environment of the Airflow that is disturbed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.settings import DATABASE, commands, environment

CONN = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def test_sqlite_is_waited_for_and_another_database_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATABASE, raising=False)
    assert environment(tmp_path, "http://127.0.0.1:1")[CONN] == f"sqlite:///{tmp_path / 'airflow.db'}?timeout=30"
    monkeypatch.setenv(DATABASE, "postgresql+psycopg2://root@127.0.0.1:5432/chaos")
    assert environment(tmp_path, "http://127.0.0.1:1")[CONN] == "postgresql+psycopg2://root@127.0.0.1:5432/chaos"


def test_tasks_and_people_talk_to_different_processes(tmp_path: Path) -> None:
    made = environment(tmp_path, "http://127.0.0.1:1")
    port = commands(made)["execution-api"][-1]
    assert made["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == f"http://127.0.0.1:{port}/execution/"
    assert made["AIRFLOW__API__PORT"] != port
