from __future__ import annotations

import csv
from pathlib import Path

import pytest

from include.autopilot.candidate.contract import Schema
from scripts.try_export import TrialRefused
from scripts.try_rows import Wish, cut
from tests.support.exported import export

SCHEMA = Schema(("y", "age", "income", "job", "about", "since"), "y", ("age", "income", "y"), ())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_oldest_rows_come_first_and_no_row_is_lost(tmp_path: Path) -> None:
    table = export(tmp_path / "job", rows=300) / "table.csv"
    parts = cut(table, SCHEMA, Wish("id", "since", 0.5, 0.2), tmp_path / "rows")
    sealed, first, second = (rows(path) for path in (parts.sealed, *parts.drops))
    assert [len(sealed), len(first), len(second)] == [60, 120, 120]
    assert max(row["since"] for row in first) <= min(row["since"] for row in second)
    assert sorted(row["id"] for row in sealed + first + second) == sorted(row["id"] for row in rows(table))
    assert (parts.key, parts.ignore) == ("id", ("note",))
    assert parts.said == (
        "300 rows: 60 sealed, then a drop of 120 and a drop of 120, the oldest first by since; key: id"
    )


def test_rows_are_numbered_where_none_is_a_key_and_one_drop_will_do(tmp_path: Path) -> None:
    table = export(tmp_path / "job", rows=100) / "table.csv"
    parts = cut(table, SCHEMA, Wish(share=1.0), tmp_path / "rows")
    assert (parts.key, len(parts.drops), parts.ignore) == ("try_row", 1, ("id", "note"))
    assert sorted(row["try_row"] for row in rows(parts.sealed) + rows(parts.drops[0])) == sorted(
        f"r{number}" for number in range(1, 101)
    )


@pytest.mark.parametrize(
    ("text", "wish", "told"),
    [
        (b"", Wish(), "is empty; a header and rows are needed"),
        (b"y,age\n1,2\n", Wish(), "lacks columns that the generated module reads: 'income', 'job', 'about', 'since'"),
        (b"y,age,income,job,about,since\n1,2\n", Wish(), "row 2 has 2 cells, the header has 6"),
        (b"y,age,income,job,about,since,age\n", Wish(), "names the column 'age' twice"),
        (b"y,age,income,job,about,since\n", Wish(key="id"), "has no column 'id', which KEY names"),
        (b"y,age,income,job,about,since\n", Wish(key="job"), "KEY=job is a column that the generated module reads"),
        (b"y,age,income,job,about,since\n\xff", Wish(), "cannot be read as CSV in UTF-8"),
        (b"y,age,income,job,about,since\n" + b"1,2,3,4,5,6\n" * 9, Wish(), "so cut, a drop has less than 50"),
        (
            b"y,age,income,job,about,since\n" + b"1,2,3,4,5,soon\n" * 200,
            Wish(date_column="since"),
            "'soon' in the column since is no date like 2024-01-31",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, text: bytes, wish: Wish, told: str) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(text)
    with pytest.raises(TrialRefused) as refused:
        cut(table, SCHEMA, wish, tmp_path / "rows")
    assert told in str(refused.value)
