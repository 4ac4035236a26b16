"""One script of the user's, run to its end with this Python."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TRACEBACK = "Traceback (most recent call last):"
_KEPT_LINES = 200  # of what a script writes to its standard error: more than a failure's reason can hold


@dataclass(frozen=True)
class Outcome:
    """How a script ended: its exit code as a shell tells it (128 + the number of a signal), and its error."""

    code: int
    error: str


def run_python(words: Sequence[str], folder: Path, variables: Mapping[str, str]) -> Outcome:
    """Run `python words...` in a folder, its output going where this process's goes.

    A SIGTERM of the job reaches the script, which may save what it has; this process waits for it.
    """
    signal.signal(signal.SIGTERM, lambda *_: None)
    with subprocess.Popen(  # noqa: S603 - running the user's script is what was asked for
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="backslashreplace",
    ) as script:
        lines: deque[str] = deque(maxlen=_KEPT_LINES)
        for line in script.stderr or ():
            print(line, end="", file=sys.stderr, flush=True)
            lines.append(line.rstrip("\n"))
    code = script.returncode
    return Outcome(code if code >= 0 else 128 - code, _error_in(list(lines)))


def _error_in(lines: list[str]) -> str:
    """Return the exception that the last traceback ends in, or the last line if there is none."""
    if _TRACEBACK not in lines:
        return lines[-1] if lines else ""
    last = len(lines) - 1 - lines[::-1].index(_TRACEBACK)
    told = [line for line in lines[last + 1 :] if line and not line.startswith(" ")]
    return "\n".join(told)
