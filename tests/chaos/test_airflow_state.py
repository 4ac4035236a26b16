"""A busy Airflow is asked again, and what a person does is done once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.airflow_state import AirflowState

ASKED, DONE, LOCKED, DROPPED = "asked", "done", 500, None


class Api(HTTPServer):
    """Stands for the api-server: ``script`` says of every request whether it is carried out and what is answered."""

    def __init__(self, database: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.database = database
        self.script: list[tuple[str, int | None]] = []
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(self.path)
        happens, status = self.server.script.pop(0)
        if happens == DONE:
            with sqlite3.connect(self.server.database) as connection:
                connection.execute("UPDATE dag_run SET clear_number = clear_number + 1")
            connection.close()
        if status is not DROPPED:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_PATCH = do_POST  # noqa: N815 - the base class's name

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "airflow.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE dag_run (dag_id TEXT, run_id TEXT, state TEXT, clear_number INTEGER)")
        connection.execute("INSERT INTO dag_run VALUES ('chaos_deferred', 's0001', 'running', 0)")
    connection.close()
    return path


@pytest.fixture
def api(database: Path) -> Iterator[Api]:
    server = Api(database)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def state(database: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> AirflowState:
    monkeypatch.setattr("tests.chaos.airflow_state._PAUSE_SECONDS", 0.01)
    return AirflowState(f"sqlite:///{database}?timeout=0.02", api.url, patience=30)


def cleared(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT clear_number FROM dag_run").fetchone()
    connection.close()
    return int(found[0])


def test_a_run_is_asked_for_until_its_id_is_taken(state: AirflowState, api: Api) -> None:
    api.script = [(ASKED, LOCKED), (ASKED, DROPPED), (ASKED, 409)]
    state.trigger("chaos_deferred", "s0001", {})
    assert api.asked == ["/api/v2/dags/chaos_deferred/dagRuns"] * 3


@pytest.mark.parametrize("answer", [LOCKED, DROPPED])
def test_a_clear_that_happened_and_was_not_answered_is_not_asked_for_again(
    state: AirflowState, api: Api, database: Path, answer: int | None
) -> None:
    api.script = [(DONE, answer), (DONE, 200)]
    state.clear("chaos_deferred", "s0001", "train")
    assert cleared(database) == len(api.asked) == 1


@pytest.mark.parametrize("answer", [LOCKED, DROPPED])
def test_a_clear_that_did_not_happen_is_asked_for_again(
    state: AirflowState, api: Api, database: Path, answer: int | None
) -> None:
    api.script = [(ASKED, answer), (ASKED, answer), (DONE, 200)]
    state.clear("chaos_deferred", "s0001", "train")
    assert (cleared(database), len(api.asked)) == (1, 3)


def test_what_is_marked_failed_already_is_no_error(state: AirflowState, api: Api) -> None:
    api.script = [(ASKED, DROPPED), (ASKED, 409), (ASKED, LOCKED), (ASKED, 200)]
    state.fail_task("chaos_deferred", "s0001", "train")
    state.fail_run("chaos_deferred", "s0001")
    assert not api.script


def test_what_airflow_refuses_is_an_error_at_once(state: AirflowState, api: Api) -> None:
    api.script = [(ASKED, 404), (ASKED, 200)]
    with pytest.raises(RuntimeError, match=r"POST /dags/chaos_deferred/dagRuns .*: 404"):
        state.trigger("chaos_deferred", "s0001", {})
    assert len(api.asked) == 1


def test_patience_ends(api: Api, database: Path) -> None:
    impatient = AirflowState(f"sqlite:///{database}", api.url, patience=0.0001)
    api.script = [(ASKED, DROPPED)]
    with pytest.raises(RuntimeError, match=r"PATCH .*s0001.*(Timeout|RemoteProtocolError)"):
        impatient.fail_run("chaos_deferred", "s0001")


def test_nobody_answers_yet(database: Path) -> None:
    alone = AirflowState(f"sqlite:///{database}", "http://127.0.0.1:9")
    assert not alone.knows("chaos_deferred")
    assert "ConnectError" in alone.import_errors()


def test_a_locked_database_is_read_once_it_is_free(state: AirflowState, database: Path) -> None:
    writer = sqlite3.connect(database, check_same_thread=False)
    writer.execute("BEGIN EXCLUSIVE")
    threading.Timer(0.3, lambda: (writer.rollback(), writer.close())).start()
    assert state.runs() == {"s0001": "running"}
