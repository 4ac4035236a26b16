from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.local_aws.runtimes.script_mode.execution import run_python


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("script", "code", "error"),
    [
        ("print(1)", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('no such table')", 1, "no such table"),
        ("try:\n    1/0\nexcept Exception:\n    raise ValueError('a\\nb')", 1, "ValueError: a\nb"),
        ("import os; os.kill(os.getpid(), 9)", 137, ""),
    ],
)
def test_how_a_script_ended(tmp_path: Path, script: str, code: int, error: str) -> None:
    (tmp_path / "s.py").write_text(script)
    ended = run_python(["s.py"], tmp_path, {})
    assert (ended.code, ended.error) == (code, error)


def test_it_has_its_variables_and_its_errors_go_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.py").write_text("import os, sys; print(os.environ['A'], os.getcwd()); print('odd', file=sys.stderr)")
    run_python(["s.py"], tmp_path, {"A": "b"})
    told = capfd.readouterr()
    assert (told.out, told.err) == (f"b {tmp_path}\n", "odd\n")
