"""The gate of a change: green only if tests really ran."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def ci(tmp_path):
    """Run .ci/run in an empty clone where `make` is a script; gives exit code and output."""
    (tmp_path / "clone" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", tmp_path / "clone" / ".ci" / "run")
    (tmp_path / "bin").mkdir()

    def run(make: str) -> tuple[int, str]:
        stub = tmp_path / "bin" / "make"
        stub.write_text(f'#!/bin/sh\necho "make $* BACE_CSV=$BACE_CSV"\n{make}\n')
        stub.chmod(0o755)
        environment = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        ended = subprocess.run(
            ["bash", str(tmp_path / "clone" / ".ci" / "run")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    return run


def test_it_runs_everything_after_the_tests(ci):
    code, said = ci('[ "$1" != test ] || echo "=== 12 passed in 0.1s ==="')
    assert code == 0
    run = [line.split()[1] for line in said.splitlines() if line.startswith("make ")]
    assert run == [
        *("test", "lint", "whole", "compose-check", "mwaa-bundle", "demo", "bace", "chaos", "services", "backfills"),
    ]


@pytest.mark.parametrize("said", ["no tests ran in 0.01s", "0 passed, 3 skipped", "3 skipped in 1s"])
def test_a_suite_that_ran_nothing_fails(ci, said):
    assert ci(f'echo "{said}"')[0] == 1


def test_a_failing_suite_fails_although_its_output_is_copied(ci):
    assert ci('echo "1 failed, 3 passed"; exit 1')[0] == 1


@pytest.mark.parametrize(
    "target", ["lint", "whole", "compose-check", "mwaa-bundle", "demo", "bace", "chaos", "services", "backfills"]
)
def test_a_failing_target_fails(ci, target):
    assert ci(f'echo "3 passed"; [ "$1" != {target} ]')[0] == 1


def test_the_real_table_is_used_where_there_is_a_copy(ci, tmp_path):
    assert "make test BACE_CSV=\n" in ci("echo 3 passed")[1]
    (tmp_path / "shared" / "data").mkdir(parents=True)
    (tmp_path / "shared" / "data" / "bace.csv").write_text("mol\n")
    assert f"make bace BACE_CSV={tmp_path}/shared/data/bace.csv\n" in ci("echo 3 passed")[1]
