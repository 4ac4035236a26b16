"""A uniform sample of rows of a stream of any length, in constant memory and without dice.

Every row has a number between 0 and 1, the hash of its key and its cells; the rows with the smallest numbers are the
sample ("bottom-k" sampling: Cohen and Kaplan, *Summarizing data using bottom-k sketches*, 2007). The same rows give the
same sample in whatever order and in whatever pieces they come, on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

# As many as a KLL sketch of SageMaker Model Monitor holds before it compacts (k); up to here the sample is everything.
SIZE = 2048
# Part of what is hashed, so that the sample has nothing to do with the split into train and validation.
_SALT = "autopilot-sample-v1"


class RowSample:
    """The sample of the rows added so far.

    :param size: rows to keep.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._kept: list[tuple[bytes, str]] = []
        self._limit: bytes | None = None

    def add(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add rows.

        :param rows: key and CSV line of each.
        """
        for key, line in rows:
            number = hashlib.sha256(f"{_SALT}:{key}:{line}".encode()).digest()[:8]
            if self._limit is None or number < self._limit:
                self._kept.append((number, line))
        # Sorting seldom, and not per row, keeps this linear.
        if len(self._kept) > 2 * self._size:
            self._shrink()

    def lines(self) -> list[str]:
        """Return the CSV lines of the sample, in the order of their hashes."""
        self._shrink()
        return [line for _, line in self._kept]

    def _shrink(self) -> None:
        self._kept = sorted(self._kept)[: self._size]
        # A row with the limit's own number is out unless it is the same row again, which makes no difference.
        if len(self._kept) == self._size:
            self._limit = self._kept[-1][0]
