"""Job processes: forked from one that has numpy, scikit-learn and XGBoost imported already."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.context
import multiprocessing.forkserver
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from include.local_aws.runner import child

_CONTEXT = multiprocessing.get_context("forkserver")
# A job then starts in about 0.1 s instead of the 1.6 s that importing these takes.
_PRELOAD = [
    "include.local_aws.runner.process_group",
    "include.local_aws.runner.child",
    "include.local_aws.runtimes.entry",
    "numpy",
    "scipy.sparse",
    "pandas",
    "joblib",
    "sklearn.compose",
    "sklearn.decomposition",
    "sklearn.impute",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "xgboost",
]
_CONTEXT.set_forkserver_preload(_PRELOAD)
_TICK_SECONDS = 0.1
# Asking a process how it ended takes the answer out of a pipe, and starting one asks all others: of two threads that
# ask of the same one at once, one gets an end of file, which multiprocessing takes for the exit code 255.
_ASKING = threading.Lock()
# What a job is ended by when the process it was forked from has gone: its exit code is not known to anybody.
LOST = "lost"
_UNKNOWN_EXIT = 255  # what multiprocessing says then
GRACE_SECONDS = 10.0  # between SIGTERM and SIGKILL; AWS gives a training container 120


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative = signal) and why it was ended from outside, if it was.

    ``ended_by`` is None, "deadline", what :func:`execute`'s ``ended_by`` answered, or :data:`LOST`.
    """

    exit_code: int
    ended_by: str | None = None

    @property
    def by_itself(self) -> bool:
        """Whether nobody here ended it."""
        return self.ended_by in {None, LOST}


def warm_up() -> None:
    """Start the process that jobs are forked from; it imports its libraries while nobody waits."""
    multiprocessing.forkserver.ensure_running()


def execute(
    entry: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    deadline: float,
    ended_by: Callable[[], str | None],
    each_tick: Callable[[], None],
) -> Ended:
    """Run a container to its end.

    ``deadline`` is a ``time.monotonic()`` value; ``ended_by`` answers why to end it now, or None; ``each_tick`` is
    called ten times a second and once at the end.
    """
    reason = ended_by()
    if reason:
        return Ended(-signal.SIGTERM, reason)
    process = _CONTEXT.Process(
        target=child.run, args=(entry, list(arguments), dict(environment), str(log)), daemon=True
    )
    with _ASKING:
        process.start()
    while not _has_ended(process, _TICK_SECONDS):
        each_tick()
        reason = ended_by() or ("deadline" if time.monotonic() > deadline else None)
        if reason and not _has_ended(process, 0):
            _end(process, each_tick, patient=reason != "shutdown")
            break
        reason = None
    while not _has_ended(process, None):
        pass
    orphaned = _is_there(process.pid)
    _signal_group(process.pid, signal.SIGKILL)  # what the container started and left behind
    each_tick()
    with _ASKING:
        exit_code = process.exitcode if process.exitcode is not None else 1
        process.close()
    if orphaned and exit_code == _UNKNOWN_EXIT:
        reason = reason or LOST
    return Ended(exit_code, reason)


def _has_ended(process: multiprocessing.context.ForkServerProcess, seconds: float | None) -> bool:
    """Wait for a process's end, at most so long; None: for as long as it takes."""
    multiprocessing.connection.wait([process.sentinel], seconds)
    with _ASKING:
        return not process.is_alive()


def _end(process: multiprocessing.context.ForkServerProcess, each_tick: Callable[[], None], *, patient: bool) -> None:
    """SIGTERM, time to save what there is, SIGKILL."""
    with _ASKING:
        process.terminate()
    _signal_group(process.pid, signal.SIGTERM)
    until = time.monotonic() + (GRACE_SECONDS if patient else 0.0)
    while time.monotonic() < until and not _has_ended(process, _TICK_SECONDS):
        each_tick()
    with _ASKING:
        process.kill()


def _is_there(pid: int | None) -> bool:
    """Whether a process that has been told to have ended is still there: then nobody has waited for it."""
    try:
        os.kill(pid or 0, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return pid is not None


def _signal_group(pid: int | None, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if pid:
            os.killpg(pid, number)
