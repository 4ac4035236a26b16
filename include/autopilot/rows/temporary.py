"""A database of its own on disk, gone when it is closed, and at the latest with whoever it belongs to."""

from __future__ import annotations

import sqlite3
import weakref


def temporary_database(owner: object) -> sqlite3.Connection:
    """Return a private SQLite database in a temporary file, of which a few MB at a time are in memory.

    :param owner: closes it; where it never comes to that (an error before its ``with`` statement, say), the database is
        closed when the owner is gone. Python 3.13 warns of one that is not.
    """
    # The empty name is what makes it private and temporary. The garbage collector runs in whichever thread it likes.
    database = sqlite3.connect("", check_same_thread=False)
    weakref.finalize(owner, database.close)
    return database
