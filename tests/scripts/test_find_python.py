import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def find(wanted: str, path: Path) -> tuple[int, str, str]:
    ended = subprocess.run(
        ["/bin/sh", "scripts/find_python.sh", wanted],
        cwd=ROOT, env={"PATH": str(path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout.strip(), ended.stderr.strip()


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_launcher_that_does_not_run_is_passed_over(tmp_path):
    program(tmp_path / "python3.12", 'echo "command not found" >&2; exit 127')
    program(tmp_path / "python3.11", f'exec "{sys.executable}" "$@"')
    assert find("", tmp_path) == (0, "python3.11", "")


def test_python_313_will_do(tmp_path):
    program(tmp_path / "python3.13", f'exec "{sys.executable}" "$@"')
    assert find("", tmp_path) == (0, "python3.13", "")


def test_another_python_is_passed_over(tmp_path):
    program(tmp_path / "python3", "exit 1")  # what the version check says of it
    code, found, said = find("", tmp_path)
    assert (code, found) == (1, "")
    assert said.startswith("No working Python 3.11, 3.12 or 3.13 with the venv module on PATH")


def test_a_named_interpreter_is_the_only_one_tried(tmp_path):
    program(tmp_path / "python3.11", f'exec "{sys.executable}" "$@"')
    assert find(sys.executable, Path(os.defpath)) == (0, sys.executable, "")
    code, found, said = find("nonsense", tmp_path)
    assert (code, found) == (1, "")
    assert said.startswith("PYTHON=nonsense is not a working Python 3.11, 3.12 or 3.13")
