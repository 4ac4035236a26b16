"""How many jobs run at once: the others wait their turn, first come, first served."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Slots:
    """``count`` places. Waiting for one calls ``check`` now and then, which may raise to give up."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: collections.deque[object] = collections.deque()
        self._changed = threading.Condition()

    @contextmanager
    def place(self, check: Callable[[], None]) -> Iterator[None]:
        """Hold a place for the length of the ``with`` block."""
        self._take(check)
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _take(self, check: Callable[[], None]) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while self._free == 0 or self._waiting[0] is not ticket:
                    check()
                    self._changed.wait(0.2)
                check()
                self._free -= 1
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
