"""Airflow and its UI beside the embedded AWS, until Ctrl-C; state stays in .local/up for the next time."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import httpx

from include.autopilot.config import load_models
from include.local_aws.process import start
from scripts.airflow_env import LOCAL_ACCOUNT, ROOT, airflow_env, aws_env

FOLDER = ROOT / ".local" / "up"
WANTED_PORT = 8080
MODEL = next(model for model in load_models() if model.name == "bace")
SECONDS_TO_START, SECONDS_TO_STOP = 180, 40


def main() -> int:
    """Start everything, say where it is, wait for Ctrl-C, stop everything; returns the exit code."""
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell ignores SIGINT for what it starts in the background
        signal.signal(ending, signal.default_int_handler)
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ.update(LOCAL_ACCOUNT)
    try:
        with start(FOLDER / "aws") as aws:
            print(f"embedded AWS   {aws.url}", flush=True)
            seed(aws.url)
            with airflow(aws.url) as (ui, process):
                wait_until_healthy(ui, process)
                print(f"Airflow UI     {ui}\nlogin          admin / {password()}", flush=True)
                publish_a_template(aws.url, ui)
                print("Ctrl-C stops everything; the next `make up` finds runs and objects again.", flush=True)
                process.wait()
                print(f"Airflow ended by itself; see {FOLDER / 'airflow.log'}", file=sys.stderr)
                return 1
    except KeyboardInterrupt:
        print("\nstopped", flush=True)
        return 0


def seed(endpoint: str) -> None:
    """Put the BACE drops into S3; objects that are already there stay as they are."""
    command = [sys.executable, "-m", "include.bace", "--root", MODEL.root]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **aws_env(endpoint)}, check=True)


@contextmanager
def airflow(endpoint: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run ``airflow standalone``; yields the UI's address and the process, and stops it at the end."""
    port = free_port(WANTED_PORT)
    environment = {**os.environ, **airflow_env(FOLDER / "airflow", endpoint), **server_env(port)}
    with (FOLDER / "airflow.log").open("ab") as log:
        # A session of its own: Ctrl-C reaches this program alone, which then stops Airflow in order.
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "airflow"), "standalone"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield f"http://localhost:{port}", process
    finally:
        stop(process)


def server_env(port: int) -> dict[str, str]:
    """Give the settings of a single-user server on loopback, on ports that are free."""
    return {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://localhost:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://localhost:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__API_AUTH__JWT_SECRET": jwt_secret(),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port(0)),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port(0)),
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


def jwt_secret() -> str:
    """Give the secret that signs this installation's tokens; made once, readable by its owner only."""
    path = FOLDER / "jwt_secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(48))
    return path.read_text()


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop Airflow and whatever it started."""
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_STOP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until_healthy(ui: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until scheduler, triggerer, DAG processor and database all report healthy."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            health = httpx.get(f"{ui}/api/v2/monitor/health").json()
            if all(part.get("status") == "healthy" for part in health.values()):
                return
        time.sleep(1)
    raise SystemExit(f"Airflow did not become healthy in {SECONDS_TO_START} s; see {FOLDER / 'airflow.log'}")


def password() -> str:
    """Read the password that Airflow made for the user admin."""
    generated = FOLDER / "airflow" / "simple_auth_manager_passwords.json.generated"
    return str(json.loads(generated.read_text())["admin"])


def publish_a_template(endpoint: str, ui: str) -> None:
    """Run the search DAG once, in Airflow, if no template is published yet: retraining needs one."""
    if template_exists(endpoint):
        return
    dag_id = f"{MODEL.name}_search"
    with httpx.Client(base_url=ui, timeout=60) as client:
        login = client.post("/auth/token", json={"username": "admin", "password": password()})
        client.headers["Authorization"] = f"Bearer {login.raise_for_status().json()['access_token']}"
        wait_for_dag(client, dag_id)
        client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()
        run = client.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": {}})
        run_id = run.raise_for_status().json()["dag_run_id"]
        print(f"{dag_id} is searching the first pipeline …", flush=True)
        state = wait_for_run(client, f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")
    done = "template published, bace_retrain is ready" if state == "success" else "see its log in the UI"
    print(f"{dag_id}: {state}, {done}", flush=True)


def template_exists(endpoint: str) -> bool:
    """Whether a search has published a template before."""
    bucket, _, prefix = MODEL.root.removeprefix("s3://").partition("/")
    s3: Any = boto3.client("s3", endpoint_url=endpoint)
    return bool(s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/template/current.json").get("KeyCount"))


def wait_for_dag(client: httpx.Client, dag_id: str) -> None:
    """Wait until Airflow has read the DAG file."""
    deadline = time.monotonic() + SECONDS_TO_START
    while client.get(f"/api/v2/dags/{dag_id}").status_code != httpx.codes.OK:
        if time.monotonic() > deadline:
            raise SystemExit(f"Airflow did not read {dag_id} in {SECONDS_TO_START} s; see its DAG import errors")
        time.sleep(1)


def wait_for_run(client: httpx.Client, url: str) -> str:
    """Wait for a DAG run's end, saying how long it has been going; gives its state."""
    began = datetime.now(UTC)
    while (state := client.get(url).raise_for_status().json()["state"]) in ("queued", "running"):
        print(f"\r  {state} for {(datetime.now(UTC) - began).seconds} s", end="", flush=True)
        time.sleep(2)
    print(flush=True)
    return str(state)


if __name__ == "__main__":
    sys.exit(main())
