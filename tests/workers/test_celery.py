"""Celery as in docker-compose.yaml's profile, as processes on loopback: a worker dies, and no job is paid twice."""

from __future__ import annotations

import json
import shutil

import pytest
import yaml

from tests.support.disturbed import run
from tests.support.repository import ROOT

CUTOFFS = 4
NO_CELERY = 77
SECONDS = 900


@pytest.mark.services
@pytest.mark.timeout(SECONDS + 120)
def test_a_backfill_on_two_workers_of_which_one_is_killed_has_one_job_of_a_kind_for_each_cutoff() -> None:
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    code, told = run("tests.workers.run", seconds=SECONDS)
    if code == NO_CELERY:
        pytest.skip(f"Celery cannot be installed: {told[-500:]}")
    assert code == 0, told
    counted = json.loads(told.splitlines()[-1])
    assert counted["jobs"] == {"train": CUTOFFS, "model": CUTOFFS, "predict": CUTOFFS}
    assert counted["runs"] == {"success": CUTOFFS}
    assert (counted["workers"], counted["killed"], counted["adopted"], counted["survivors"]) == (2, 1, True, 0)


def test_the_workers_have_the_settings_and_the_command_of_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.chaos.settings import DATABASE
    from tests.workers.run import command, settings

    monkeypatch.setenv(DATABASE, "postgresql+psycopg2://postgres@127.0.0.1:5432/one")
    said = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["x-airflow"]["environment"]
    made = settings("secret@127.0.0.1:6380")
    assert {name for name in said if "CELERY" in name} == {name for name in made if "CELERY" in name}
    assert made["AIRFLOW__CELERY__BROKER_URL"] == "redis://:secret@127.0.0.1:6380/0"
    assert made["AIRFLOW__CELERY__RESULT_BACKEND"] == "db+postgresql://postgres@127.0.0.1:5432/one"
    assert made["AIRFLOW__CELERY__WORKER_CONCURRENCY"] == "4"
    assert command() == ("celery", "worker")
