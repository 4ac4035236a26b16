"""What runs inside a job's process: the container, with its output in the job's log file."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence


def run(entry: str, arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """Call ``runtimes.entry.<entry>(*arguments)`` and end the process with the exit code it returns.

    The process leads its own group, so that stopping the job also stops what it started, and it dies with the server.
    """
    os.setsid()
    os.environ.update(environment)
    _write_to(log)
    threading.Thread(target=_die_with_server, daemon=True).start()
    code = 1
    try:
        from include.local_aws.runtimes import entry as entries

        code = getattr(entries, entry)(*arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever it was, its traceback belongs in the job's log
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # No clean-up of inherited state: this process was forked from one that others are forked from, too.
        os._exit(code)


def _write_to(log: str) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, errors="backslashreplace")
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")


def _die_with_server() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os.killpg(0, signal.SIGKILL)  # itself and what it has started
