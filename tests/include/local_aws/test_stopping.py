from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_BEGIN = "import signal, sys, threading, time; from include.local_aws.stopping import StopSignals; s = StopSignals();"


def _waits(script: str, *arguments: str) -> int:
    """Run a script that waits; gives its exit code. One that sleeps on fails the test."""
    return subprocess.run(
        [sys.executable, "-c", _BEGIN + script, *arguments], cwd=ROOT, timeout=20, check=False
    ).returncode


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_that_another_thread_is_given_wakes_the_main_thread(name: str) -> None:
    """A main thread that sleeps in a lock sleeps on: nothing else wakes it."""
    script = (
        "number = getattr(signal, sys.argv[1]);"
        "kill = lambda: (time.sleep(0.5), signal.pthread_kill(threading.get_ident(), number), time.sleep(60));"
        "threading.Thread(target=kill, daemon=True).start(); s.wait()"
    )
    assert _waits(script, name) == 0


def test_a_signal_that_came_before_is_not_forgotten() -> None:
    assert _waits("signal.raise_signal(signal.SIGTERM); time.sleep(0.1); s.wait(); s.wait()") == 0


def test_a_thread_can_ask() -> None:
    assert _waits("threading.Timer(0.2, s.ask).start(); s.wait()") == 0


def test_many_signals_are_one(capfd: pytest.CaptureFixture[str]) -> None:
    """A full pipe says nothing and blocks nothing."""
    assert _waits("[signal.raise_signal(signal.SIGINT) for _ in range(100_000)]; s.wait()") == 0
    assert capfd.readouterr().err == ""
