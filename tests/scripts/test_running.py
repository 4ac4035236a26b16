"""The note that a running make up leaves for other programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scripts.running import AlreadyRunning, NotRunning, announced, only_one, running


def test_programs_and_shells_read_the_same_and_nobody_else(tmp_path: Path) -> None:
    environment = {"AIRFLOW_HOME": "/a folder/with 'quotes' and $signs", "PATH": "/venv bin/first:/old"}
    with announced(tmp_path, "http://127.0.0.1:1", "http://localhost:2", environment):
        found = running(tmp_path)
        assert (found.pid, found.aws, found.ui) == (os.getpid(), "http://127.0.0.1:1", "http://localhost:2")
        assert found.environment == environment
        script = f'. "{tmp_path}/airflow.env"; printf %s "$AIRFLOW_HOME"'
        read = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        assert read.stdout == environment["AIRFLOW_HOME"]
        where = subprocess.run(
            ["sh", "-c", f'. "{tmp_path}/airflow.env"; printf "%s %s" "$AWS_ENDPOINT_URL" "$PATH"'],
            capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert where.stdout == "http://127.0.0.1:1 /venv bin/first:/usr/bin:/bin"
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NotRunning, match="Nothing is running here"):
        running(tmp_path)


def test_the_note_of_a_killed_one_counts_for_nothing(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    (tmp_path / "running.json").write_text(f'{{"pid": {ended.pid}, "aws": "", "ui": "", "environment": {{}}}}')
    with pytest.raises(NotRunning):
        running(tmp_path)


def test_whoever_comes_while_it_starts_is_told_to_wait(tmp_path: Path) -> None:
    told = (
        f"Process {os.getpid()} has the objects of `make up`: .* Wait for its login line, or its end, or stop it first"
    )
    with only_one(tmp_path), pytest.raises(AlreadyRunning, match=told), only_one(tmp_path):
        pytest.fail("both run")


def test_a_second_one_learns_where_the_first_is(tmp_path: Path) -> None:
    told = f"process {os.getpid()}, its UI is http://localhost:8080"
    with (
        only_one(tmp_path),
        announced(tmp_path, "http://aws", "http://localhost:8080", {}),
        pytest.raises(AlreadyRunning, match=told),
        only_one(tmp_path),
    ):
        pytest.fail("both run")
    with only_one(tmp_path):
        pass
