"""Keys of many rows, and what belongs to them, in constant memory: SQLite keeps and sorts them in a temporary file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from include.autopilot.rows.temporary import temporary_database

# KiB of pages in memory, where rows are looked up one by one.
_CACHE = 32_768


class KeyTable:
    """A table ``rows`` in a temporary file, gone when it is closed.

    :param columns: what is kept of a row, as SQL: ``key TEXT, rank INTEGER``.
    :param looked_up: columns that rows are looked up by.
    """

    def __init__(self, columns: str, looked_up: Sequence[str] = ()) -> None:
        self._database = temporary_database(self)
        # Nothing is ever rolled back, and what is sorted goes to a file too, however SQLite was built.
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA temp_store = FILE")
        self._database.execute(f"CREATE TABLE rows ({columns})")
        for column in looked_up:
            self._database.execute(f"PRAGMA cache_size = -{_CACHE}")
            self._database.execute(f"CREATE INDEX by_{column} ON rows ({column})")
        self._places = ", ".join("?" * (columns.count(",") + 1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows as they come."""
        self._database.executemany(f"INSERT INTO rows VALUES ({self._places})", rows)  # noqa: S608 - question marks

    def remove(self, rowids: Iterable[int]) -> None:
        """Remove rows."""
        self._database.executemany("DELETE FROM rows WHERE rowid = ?", ((rowid,) for rowid in rowids))

    def select(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a query over the table ``rows``, one by one.

        :param values: for its question marks.
        """
        return self._database.execute(query, values)


class SeenKeys(KeyTable):
    """Which keys were seen, and where first."""

    def __init__(self) -> None:
        super().__init__("key TEXT PRIMARY KEY, place TEXT")

    def first(self, key: str, place: str) -> str | None:
        """Add a key, and return where it was seen before; None where it was not."""
        if self._database.execute("INSERT OR IGNORE INTO rows VALUES (?, ?)", (key, place)).rowcount:
            return None
        ((before,),) = self.select("SELECT place FROM rows WHERE key = ?", (key,))
        return str(before)
