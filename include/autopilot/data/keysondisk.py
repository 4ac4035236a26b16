"""Which keys were seen and where: on disk, so that a million of them need no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class KeysOnDisk:
    """A temporary SQLite database, gone when it is closed; use it in a ``with`` statement."""

    def __init__(self) -> None:
        # The empty name: a private file that SQLite deletes itself; it stays in memory while it is small.
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, place TEXT) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()

    def add(self, keys: Iterable[tuple[str, str]]) -> list[str | None]:
        """Add keys and their places; give for each key the place where it was seen before, None for a new one."""
        before: list[str | None] = []
        with self._database:
            for key, place in keys:
                insert = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, place))
                before.append(None if insert.rowcount else self._place(key))
        return before

    def _place(self, key: str) -> str:
        (place,) = self._database.execute("SELECT place FROM seen WHERE key = ?", (key,)).fetchone()
        return str(place)
