"""Rows of many drops by key, in constant memory: SQLite keeps and sorts them in a temporary file of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Self


class KeyTable:
    """A table of rows in a temporary file, gone when it is closed; the first column is the key.

    :param columns: what is kept of a row, as SQL: ``key TEXT, rank INTEGER``.
    """

    def __init__(self, columns: str) -> None:
        # The empty name is a private database on disk, of which a few MB at a time are in memory.
        self._database = sqlite3.connect("")
        # Nothing is ever rolled back, and what is sorted goes to a file too, however SQLite was built.
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA temp_store = FILE")
        self._database.execute(f"CREATE TABLE rows ({columns})")
        self._places = ", ".join("?" * (columns.count(",") + 1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows as they come."""
        self._database.executemany(f"INSERT INTO rows VALUES ({self._places})", rows)  # noqa: S608 - question marks

    def select(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query over the table ``rows``."""
        yield from self._database.execute(query)
