from __future__ import annotations

import pytest

from include.autopilot.rows.keytable import KeyTable, SeenKeys

UNUSUAL = ["", "a,b", 'say "hi"', "ß", "日本", "a\x00b", "row-10", "row-9"]


def test_rows_come_back_as_they_went_in() -> None:
    with KeyTable("key TEXT, place INTEGER") as table:
        table.add((key, place) for place, key in enumerate(UNUSUAL))
        assert list(table.select("SELECT key, place FROM rows ORDER BY place")) == list(
            zip(UNUSUAL, range(8), strict=True)
        )
        assert [key for (key,) in table.select("SELECT key FROM rows ORDER BY key")] == sorted(UNUSUAL)


def test_a_table_is_gone_when_it_is_closed() -> None:
    with KeyTable("key TEXT") as table:
        table.add([("x",)])
    with pytest.raises(Exception, match="closed database"):
        list(table.select("SELECT * FROM rows"))


def test_a_key_seen_before_gives_its_first_place() -> None:
    with SeenKeys() as seen:
        assert [seen.first(key, place) for key, place in (("a", "1"), ("b", "2"), ("a", "3"))] == [None, None, "1"]
        assert [seen.first(key, place) for key, place in (("b", "4"), ("A", "5"))] == ["2", None]
        assert [seen.first(key, "6") for key in UNUSUAL] == [None] * 8
