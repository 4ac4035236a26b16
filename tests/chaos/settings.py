"""The Airflow that is disturbed: the project's own environment, and settings that make its recovery quick."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from scripts.airflow_env import airflow_env
from scripts.local_airflow import free_port

DAGS = Path(__file__).parent / "dags"
PRELOAD = Path(__file__).parent / "preload"
# Another database than SQLite, e.g. postgresql+psycopg2://user@127.0.0.1:5432/chaos; it must be empty.
DATABASE = "CHAOS_SQL_ALCHEMY_CONN"
_CONN = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def environment(home: Path, endpoint: str) -> dict[str, str]:
    """Give the complete environment of the Airflow processes; AWS is reached at ``endpoint``.

    Airflow's defaults are made for clusters: a lost task is missed after five minutes. Here everything that waits for
    something lost waits seconds, so that a scenario ends within a minute.
    """
    port = free_port(0)
    passed = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "AWS_"))}
    base = airflow_env(home, endpoint)
    # Many write into one SQLite file while most of the machine is busy: wait longer for one's turn than five seconds.
    sqlite = f"{base[_CONN]}?timeout=30"
    return {
        **passed,
        **base,
        _CONN: os.environ.get(DATABASE, sqlite),
        "PYTHONPATH": f"{base['PYTHONPATH']}{os.pathsep}{PRELOAD}",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        # A worker that waits for a job in the foreground holds its slot, and a killed worker's slot is lost until the
        # scheduler is restarted; so more slots than runs in flight.
        "AIRFLOW__CORE__PARALLELISM": "16",
        # One person on loopback: no login.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{free_port(0)}/execution/",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(48),
        # Tasks of a scheduler that has not been heard of for 16 s are orphans; looked for every 5 s. With less a
        # living scheduler on a busy machine takes itself for dead.
        "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "1",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "16",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
        # Five seconds are short for an answer on a busy machine; what is asked again has often happened already.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        # A worker that has not been heard of for 25 s is dead. Shorter would call a busy machine dead.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "2",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "25",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        # A task that died between the queue and its first word stays queued; the default notices after ten minutes.
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
        # Requeueing is the recovery here, not a sign of a broken cluster; two times is too few for a chaos run.
        "AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES": "20",
        # The triggers of a triggerer that has not been heard of for 10 s go to the new one.
        "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "1",
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "10",
        # The DAG file never changes; reading it again would only take the cores.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
        "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "7200",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    }


def commands(environment: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Give the ``airflow`` command of every component, by the name under which it is killed and logs.

    Tasks have an api-server of their own. The one that people use writes its audit log in its event loop; if it waited
    there for SQLite while a request of its own held the lock, neither would go on before SQLite's patience ends.
    """
    port = urlsplit(environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]).port
    return {
        "api-server": ("api-server", "--apps", "core"),
        "execution-api": ("api-server", "--apps", "execution", "--port", str(port)),
        "scheduler": ("scheduler", "--skip-serve-logs"),
        "triggerer": ("triggerer", "--skip-serve-logs"),
        "dag-processor": ("dag-processor",),
    }
