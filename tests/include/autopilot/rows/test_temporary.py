from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from include.autopilot.rows.keytable import KeyTable
from include.autopilot.rows.temporary import temporary_database


def test_a_database_is_closed_with_its_owner_also_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    with ThreadPoolExecutor(1) as another:
        owners = [another.submit(KeyTable, "key TEXT").result()]
    owners.clear()
    assert unraisable == []


def test_a_database_without_its_owner_takes_no_query() -> None:
    class Owner:
        """Nothing but something that can go."""

    owner = Owner()
    database = temporary_database(owner)
    del owner
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        database.execute("SELECT 1")
