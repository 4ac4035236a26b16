from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from include.autopilot.search import search_input
from tests.include.autopilot.conftest import Toy, csv_bytes, rows


def test_a_search_sees_the_newest_row_of_a_key_only(searched: Toy) -> None:
    measured_anew = [row | {"y": "99"} for row in rows(10, 5)]
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
