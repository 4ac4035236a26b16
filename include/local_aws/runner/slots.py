"""How many jobs run at once: the others wait their turn, first come, first served, and wait without a thread."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

Check = Callable[[], None]
Turn = Callable[[BaseException | None], None]

_LOOK_SECONDS = 0.2  # between two looks at whether one who waits has given up


class _Waiting(NamedTuple):
    check: Check
    turn: Turn


class Slots:
    """``count`` places. Whoever waits is asked now and then by its ``check``, which may raise to give up."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._line: collections.deque[_Waiting] = collections.deque()
        self._changed = threading.Condition()
        self._looking = False

    def ask(self, check: Check, turn: Turn) -> None:
        """Call ``turn(None)`` when there is a place, which :meth:`held` must give back, or with the error of ``check``.

        ``turn`` is called by whoever gives the place, also at once, and holds up the line: it must be quick.
        """
        with self._changed:
            self._line.append(_Waiting(check, turn))
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="line", daemon=True).start()
        self._admit()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Give the place back at the end of the ``with`` block."""
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
            self._admit()

    @contextmanager
    def place(self, check: Check) -> Iterator[None]:
        """Wait in this thread, and hold a place for the length of the ``with`` block."""
        come, refused = threading.Event(), []

        def turn(error: BaseException | None) -> None:
            refused.append(error)
            come.set()

        self.ask(check, turn)
        come.wait()
        if refused[0] is not None:
            raise refused[0]
        with self.held():
            yield

    def look(self) -> None:
        """Look at once whether any who wait have given up."""
        with self._changed:
            self._changed.notify_all()

    def _admit(self) -> None:
        while True:
            with self._changed:
                if not self._free or not self._line:
                    return
                first = self._line.popleft()
                self._free -= 1
            error = _refusal(first)
            if error is not None:
                with self._changed:
                    self._free += 1
            first.turn(error)

    def _look(self) -> None:
        """Tell those who gave up, until nobody waits."""
        while True:
            with self._changed:
                if not self._line:
                    self._looking = False
                    return
                waiting = list(self._line)
            for one in waiting:
                error = _refusal(one)
                if error is not None and self._left(one):
                    one.turn(error)
            with self._changed:
                if self._line:
                    self._changed.wait(_LOOK_SECONDS)

    def _left(self, one: _Waiting) -> bool:
        """Take one out of the line; answers whether it was still there."""
        with self._changed:
            before = len(self._line)
            self._line = collections.deque(other for other in self._line if other is not one)
            return len(self._line) < before


def _refusal(one: _Waiting) -> BaseException | None:
    try:
        one.check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the one who waits is told
        return error
    return None
