"""``airflow standalone`` on loopback, on PostgreSQL, beside the embedded AWS: what ``make up`` starts."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import httpx

from scripts.airflow_env import ROOT, airflow_env
from scripts.postgres import postgres
from scripts.running import announced

WANTED_PORT = 8080
# Seconds are enough on an idle machine. Who waits is told where to look, so there is no hurry to give up on a busy one.
SECONDS_TO_START, SECONDS_TO_STOP = 900, 60

# Only what is asked for starts. Else the first thing that an unpaused DAG does is the run of the last interval, which
# learns from all drops there are, and is newer than every cutoff tried afterwards. So no DAG needs to be paused.
BY_HAND = {
    "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
}

# A machine that is busy with something else is slow, not broken: Airflow's own limits are for servers.
PATIENCE = {
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "180",
    "AIRFLOW__DAG_PROCESSOR__HEALTH_CHECK_THRESHOLD": "120",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "120",
    "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "120",
}


class NotHealthy(Exception):
    """Airflow did not come up; the message names the log."""


@contextmanager
def airflow(
    folder: Path, aws: str, settings: Mapping[str, str] | None = None, wanted_port: int = WANTED_PORT
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run Airflow until the block is left; yields the UI's address and the process once everything is healthy.

    :param folder: keeps the database, logs and passwords between starts.
    :param aws: address of the embedded AWS.
    :param settings: environment variables that win over the usual ones.
    :param wanted_port: the UI's, if nothing listens there; 0 takes any.
    :raises NotHealthy: it did not start.
    :raises PostgresError: its database did not.
    """
    port = free_port(wanted_port)
    ui = f"http://localhost:{port}"
    with postgres(folder / "postgres") as database:
        environment = {
            **airflow_env(folder / "airflow", aws),
            **server_env(port, jwt_secret(folder)),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
            **(settings or {}),
        }
        _close_to_others(folder / "airflow")
        process = _standalone(environment, folder / "airflow.log")
        try:
            _wait_until_healthy(ui, process, folder / "airflow.log")
            with announced(folder, aws, ui, environment):
                yield ui, process
        finally:
            stop(process)


def server_env(port: int, secret: str) -> dict[str, str]:
    """Give the settings of a single-user server on loopback, on ports that are free."""
    return {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://localhost:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://localhost:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__API_AUTH__JWT_SECRET": secret,
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port(0)),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port(0)),
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "scripts.airflow_env.hostname",
        **PATIENCE,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def free_port(wanted: int) -> int:
    """Give ``wanted`` if nothing listens there, else some free port."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("this machine has no free loopback port")


def jwt_secret(folder: Path) -> str:
    """Give the secret that signs this installation's tokens; made once, readable by its owner only."""
    path = folder / "jwt_secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(48))
    return path.read_text()


def password(folder: Path) -> str:
    """Read the password that Airflow made for the user admin."""
    return str(json.loads(_passwords(folder / "airflow").read_text())["admin"])


@contextmanager
def signed_in(ui: str, folder: Path) -> Iterator[httpx.Client]:
    """Yield a client of the REST API, signed in as admin."""
    with httpx.Client(base_url=ui, timeout=60) as client:
        login = client.post("/auth/token", json={"username": "admin", "password": password(folder)})
        client.headers["Authorization"] = f"Bearer {login.raise_for_status().json()['access_token']}"
        yield client


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop Airflow and whatever it started; a second Ctrl-C does not wait for its tasks."""
    if process.poll() is None:
        print(
            f"\nstopping: running tasks have up to {SECONDS_TO_STOP} s to end; Ctrl-C again ends them at once",
            flush=True,
        )
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        process.wait(SECONDS_TO_STOP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _standalone(environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    setpriv = shutil.which("setpriv")
    # Where the system can do that: it ends with this program, also when that one was killed.
    leash = [setpriv, "--pdeathsig=INT", "--"] if setpriv else []
    with _private_log(log) as file:
        # A session of its own: Ctrl-C reaches this program alone, which then stops Airflow in order.
        return subprocess.Popen(
            [*leash, sys.executable, "-m", "scripts.loopback", "standalone"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,  # the password of admin is one of the files that Airflow makes
        )


def _private_log(log: Path) -> BinaryIO:
    """Open a log to append to, readable by its owner only: Airflow also writes the password there."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "ab")


def _close_to_others(home: Path) -> None:
    """Take from others what an Airflow that was started less carefully has left them."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    with suppress(FileNotFoundError):
        _passwords(home).chmod(0o600)


def _passwords(home: Path) -> Path:
    return home / "simple_auth_manager_passwords.json.generated"


def _wait_until_healthy(ui: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until scheduler, triggerer, DAG processor and database all report healthy."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            health = httpx.get(f"{ui}/api/v2/monitor/health").json()
            if all(part.get("status") == "healthy" for part in health.values()):
                return
        time.sleep(1)
    raise NotHealthy(f"Airflow did not become healthy in {SECONDS_TO_START} s; see {log}")
