from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.autopilot.base.errors import IdentityError
from include.autopilot.flows.search import search_input
from include.autopilot.settings.identity import IdentityConfig
from tests.support.toy import Toy, csv_bytes, rows


def test_a_search_sees_the_newest_row_of_a_key_only(searched: Toy) -> None:
    measured_anew = [row | {"y": "9.9"} for row in rows(10, 5)]
    searched.put("drops/2024-01-01/a.csv", csv_bytes(rows(0, 510)))
    searched.put("drops/2024-02-01/b.csv", csv_bytes([*rows(600, 3), *measured_anew, *measured_anew[:1]]))
    found = search_input(searched.s3, searched.config, datetime(2024, 2, 1, tzinfo=UTC), "Regression")
    table = list(csv.DictReader(io.StringIO(searched.get(found["input"]).decode())))
    assert found["rows"] == len(table) == 513
    expected = [*rows(0, 10), *rows(15, 495), *rows(600, 3), *measured_anew[1:], measured_anew[0]]
    assert [row["y"] for row in table] == [row["y"] for row in expected]
    # A drop after the cutoff moves nothing.
    before = searched.get(found["input"])
    searched.put("drops/2024-02-02/c.csv", csv_bytes(rows(0, 40)))
    assert search_input(searched.s3, searched.config, datetime(2024, 2, 1, tzinfo=UTC), "Regression") == found
    assert searched.get(found["input"]) == before


SEARCHED = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([row | {"id": f"'{row['id']}"} for row in rows(1000, 12)], "12 rows of the drops have a key that spells that"),
        ([row | {"id": f"new-{row['id']}"} for row in rows(1000, 12)], r"a holdout's row \(12 of the 12 of sealed\)"),
        ([row | {"id": f"{row['id']}\u200b"} for row in rows(3, 2)], "2 keys of the drops are spelt in several ways"),
        ([row | {"id": "NULL"} for row in rows(3000, 2)], "Drop 2024-01-01: 2 rows have the key 'NULL'"),
        ([row | {"id": f"p-{row['id'][-1]}"} for row in rows(3000, 90)], "10 keys stand on 90 of its 600 rows"),
    ],
    ids=["spelling", "content", "two spellings", "no keys", "repeats"],
)
def test_a_search_refuses_what_a_run_refuses(searched: Toy, table: list[dict[str, str]], message: str) -> None:
    searched.put("drops/2024-01-01/a.csv", csv_bytes([*rows(0, 510), *table]))
    with pytest.raises(IdentityError, match=message):
        search_input(searched.s3, searched.config, SEARCHED, "Regression")
    assert not searched.keys("search/20240101T000000/keys.csv")
    assert not searched.keys("sealed/drop")


def test_a_search_never_sees_a_sealed_row_under_another_spelling(searched: Toy) -> None:
    disguised = [row | {"id": f"'{row['id']}", "y": "77"} for row in rows(1000, 12)]
    searched.put("drops/2024-01-01/a.csv", csv_bytes([*rows(0, 510), *disguised]))
    mild = replace(searched.config, identity=IdentityConfig(same_key="warn"))
    found = search_input(searched.s3, mild, SEARCHED, "Regression")
    assert found["rows"] == 510
    assert "77" not in {row["y"] for row in csv.DictReader(io.StringIO(searched.get(found["input"]).decode()))}


def test_whose_rows_a_search_saw_is_written_down(searched: Toy) -> None:
    searched.put("drops/2024-01-01/a.csv", csv_bytes([*rows(0, 510), *rows(1000, 2), *rows(3, 1)]))
    search_input(searched.s3, searched.config, SEARCHED, "Regression")
    seen = list(csv.reader(io.StringIO(searched.get("s3://toy-models/toy/search/20240101T000000/keys.csv").decode())))
    assert {key for key, _ in seen} == {f"row-{number}" for number in range(510)}
    assert len({content for _, content in seen}) == len(seen) == 510
