"""The chaos run on PostgreSQL, which locks rows as Airflow's database should; SQLite cannot."""

from __future__ import annotations

import json

import pytest

from tests.support.disturbed import run

SCENARIOS = 10
SECONDS = 900


@pytest.mark.services
@pytest.mark.timeout(SECONDS + 120)
def test_no_job_is_paid_twice_or_left_running_on_postgresql() -> None:
    code, told = run("tests.chaos.run", "--scenarios", str(SCENARIOS), "--seed", "3", seconds=SECONDS)
    assert code == 0, told
    none = {"duplicate_jobs": 0, "wrong_end_states": 0, "jobs_left_running": 0}
    assert json.loads(told.splitlines()[-1]) == {"scenarios": SCENARIOS, **none}
