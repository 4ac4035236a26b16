"""The gate of a change: green only if tests really ran."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
AFTER_THE_TESTS = (
    "lint", "whole", "browser", "strangers", "compose-check", "mwaa-bundle", "demo", "bace", "chaos",
    "services", "backfills",
)  # fmt: skip


@pytest.fixture
def ci(tmp_path):
    """Run .ci/run in an empty clone where `make` is a script; gives exit code and output."""
    (tmp_path / "clone" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", tmp_path / "clone" / ".ci" / "run")
    (tmp_path / "bin").mkdir()

    for name in ("bash", "cat", "dirname", "grep", "mktemp", "rm", "sleep", "tee"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))

    def script(name: str, text: str) -> None:
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)

    def run(make: str, **scripts: str) -> tuple[int, str]:
        script("make", f'echo "make $* BACE_CSV=$BACE_CSV"\n{make}')
        for name, text in {"chromium": "", "id": "echo 0", "apt-get": 'echo "apt-get $*" >&2', **scripts}.items():
            if text is None:
                (tmp_path / "bin" / name).unlink(missing_ok=True)
            else:
                script(name, text)
        environment = {"PATH": str(tmp_path / "bin")}
        ended = subprocess.run(
            [str(tmp_path / "bin" / "bash"), str(tmp_path / "clone" / ".ci" / "run")],
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
    run = [line.split()[1] for line in said.splitlines() if line.startswith("make ") and "BACE_CSV" in line]
    # What runs beside the others is told at the end.
    assert run == ["test", *(target for target in AFTER_THE_TESTS if target != "whole"), "whole"]


@pytest.mark.parametrize("said", ["no tests ran in 0.01s", "0 passed, 3 skipped", "3 skipped in 1s"])
def test_a_suite_that_ran_nothing_fails(ci, said):
    assert ci(f'echo "{said}"')[0] == 1


def test_a_failing_suite_fails_although_its_output_is_copied(ci):
    assert ci('echo "1 failed, 3 passed"; exit 1')[0] == 1


@pytest.mark.parametrize("target", AFTER_THE_TESTS)
def test_a_failing_target_fails(ci, target):
    assert ci(f'echo "3 passed"; [ "$1" != {target} ]')[0] == 1


def test_what_runs_beside_ends_with_a_failure_of_the_others(ci):
    code, said = ci('echo "3 passed"; [ "$1" != whole ] || exec sleep 60; [ "$1" != demo ]')
    assert code == 1
    assert "make bace" not in said


def test_a_missing_browser_is_installed_where_that_is_allowed(ci):
    wanted = ["apt-get update -qq", "apt-get install -y -qq chromium"]
    for scripts, done in (
        ({"chromium": None}, wanted),
        ({"chromium": ""}, []),
        ({"chromium": None, "id": "echo 1000"}, []),
        ({"chromium": None, "apt-get": None}, []),
    ):
        code, said = ci("echo 3 passed", **scripts)
        assert code == 0
        assert [line for line in said.splitlines() if line.startswith("apt-get")] == done, scripts
        assert "make browser" in said


def test_a_browser_that_cannot_be_installed_is_told(ci):
    code, said = ci("echo 3 passed", chromium=None, **{"apt-get": "exit 100"})
    assert code == 0
    assert "chromium could not be installed\n" in said


def test_the_real_table_is_used_where_there_is_a_copy(ci, tmp_path):
    assert "make test BACE_CSV=\n" in ci("echo 3 passed")[1]
    (tmp_path / "shared" / "data").mkdir(parents=True)
    (tmp_path / "shared" / "data" / "bace.csv").write_text("mol\n")
    assert f"make bace BACE_CSV={tmp_path}/shared/data/bace.csv\n" in ci("echo 3 passed")[1]
