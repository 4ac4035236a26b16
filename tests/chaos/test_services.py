"""The chaos run on PostgreSQL, which locks rows as Airflow's database should; SQLite cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator

import psycopg2
import pytest
from sqlalchemy.engine import make_url

from tests.chaos.settings import DATABASE

SCENARIOS = 10
SECONDS = 900


@pytest.fixture
def database() -> Iterator[str]:
    """Make an empty database and drop it afterwards; gives its SQLAlchemy address."""
    url = os.environ.get("POSTGRES_URL")
    if not url:
        pytest.skip("POSTGRES_URL is not set; `make services` runs this")
    try:
        server = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.OperationalError as error:
        pytest.skip(f"no PostgreSQL at POSTGRES_URL: {error}")
    server.autocommit = True
    name = f"chaos_{uuid.uuid4().hex[:12]}"
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        address = make_url(url).set(drivername="postgresql+psycopg2", database=name)
        yield address.render_as_string(hide_password=False)
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


@pytest.mark.services
@pytest.mark.timeout(SECONDS + 120)
def test_no_job_is_paid_twice_or_left_running_on_postgresql(database: str) -> None:
    command = [sys.executable, "-m", "tests.chaos.run", "--scenarios", str(SCENARIOS), "--seed", "3"]
    environment = {**os.environ, DATABASE: database}
    chaos = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        told, _ = chaos.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        # Not with SIGKILL: it still has to end the processes of its Airflow.
        chaos.terminate()
        told, _ = chaos.communicate()
    assert chaos.returncode == 0, told
    none = {"duplicate_jobs": 0, "wrong_end_states": 0, "jobs_left_running": 0}
    assert json.loads(told.splitlines()[-1]) == {"scenarios": SCENARIOS, **none}
