"""Whatever make up starts listens on loopback only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scripts.airflow_env import ROOT, airflow_env
from scripts.local_airflow import PATIENCE, airflow, free_port, stop

LOOPBACKS = {"127.0.0.1", "::1"}


def listening(root: psutil.Process) -> dict[str, set[str]]:
    """Address and port -> programs, of all that a process and its descendants listen on."""
    found: dict[str, set[str]] = {}
    for process in (root, *root.children(recursive=True)):
        try:
            for one in process.net_connections("inet"):
                if one.status == psutil.CONN_LISTEN:
                    found.setdefault(f"{one.laddr.ip} {one.laddr.port}", set()).add(" ".join(process.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.fixture
def log_server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Airflow's log server, as the scheduler and the triggerer start it, and its port."""
    port = free_port(0)
    script = f"import scripts.loopback; from airflow.utils.serve_logs import serve_logs; serve_logs({port})"
    environment = {**os.environ, **airflow_env(tmp_path, "http://127.0.0.1:1")}
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment) as process:
        yield process, port
        process.kill()


def test_a_log_server_listens_on_loopback(log_server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = log_server
    deadline = time.monotonic() + 120
    while not (found := listening(psutil.Process(process.pid))) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.2)
    assert set(found) == {f"127.0.0.1 {port}"}


def test_a_busy_machine_is_not_taken_for_a_broken_one() -> None:
    assert float(PATIENCE["AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT"]) >= 60  # Airflow's own 5 s kill first tasks


@pytest.mark.whole
@pytest.mark.timeout(1200)
def test_airflow_and_its_database_listen_on_loopback(aws: str, tmp_path: Path) -> None:
    with airflow(tmp_path, aws, wanted_port=0) as (_, process):
        found = listening(psutil.Process())  # the database is ours, too
        started = " ".join(
            program for programs in listening(psutil.Process(process.pid)).values() for program in programs
        )
        assert {address.split()[0] for address in found} <= LOOPBACKS, found
        assert "serve-logs" in started or started.count("airflow") >= 3
        stop(process)
