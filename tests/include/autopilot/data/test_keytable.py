from __future__ import annotations

import pytest

from include.autopilot.data.keytable import KeyTable

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
