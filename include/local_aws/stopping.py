"""SIGTERM and Ctrl-C as something the main thread can wait for without losing them.

Python runs a signal's handler in the main thread, when that next runs. If the system gives the signal to another thread
while the main thread sleeps in a lock, nothing wakes it and the signal is lost; and a handler that sets an Event can
meet the main thread inside that Event's own lock. So the main thread waits for a byte in a pipe, which the interpreter
writes at once, whichever thread was interrupted.
"""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress

_SECONDS = 1.0  # the longest that the main thread sleeps in one go


class StopSignals:
    """From now on SIGTERM and SIGINT only end :meth:`wait`. Make one, in the main thread."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._asked = False
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def ask(self) -> None:
        """End :meth:`wait` from another thread, as a signal does."""
        with suppress(BlockingIOError):  # full: it has been asked
            os.write(self._write, b"\0")

    def wait(self) -> None:
        """Sleep until a signal has come, also one that came before."""
        while not self._asked and not select.select([self._read], [], [], _SECONDS)[0]:
            pass

    def _note(self, *_: object) -> None:
        self._asked = True
