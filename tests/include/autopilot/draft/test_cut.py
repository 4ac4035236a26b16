from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from include.autopilot.base.cutoff import parse_cutoff
from include.autopilot.base.errors import DraftError
from include.autopilot.draft.cut import by_date, by_share, write_cut
from include.autopilot.draft.table import read_table
from include.autopilot.drops.split import side
from tests.support import churn


def test_both_files_together_are_the_table(tmp_path: Path) -> None:
    table = read_table(churn.write(tmp_path / "t.csv"))
    written = write_cut(table, by_share(table, "customer_id", 0.2), tmp_path / "out")
    texts = [(tmp_path / "out" / name).read_text() for name in ("drop.csv", "sealed.csv")]
    parts = [list(csv.reader(text.splitlines())) for text in texts]
    assert [part[0] for part in parts] == [list(churn.HEADER)] * 2
    assert sorted([*parts[0][1:], *parts[1][1:]]) == sorted(churn.rows())
    assert written == {"drop.csv": len(parts[0]) - 1, "sealed.csv": len(parts[1]) - 1}
    assert abs(written["sealed.csv"] / 1700 - 0.2) < 0.03


def test_the_rest_still_has_validation_rows(tmp_path: Path) -> None:
    table = read_table(churn.write(tmp_path / "t.csv"))
    cut = by_share(table, "customer_id", 0.2)
    rest = [row[0] for row, sealed in zip(table.rows, cut.sealed, strict=True) if not sealed]
    assert abs(sum(side(key, 0.2) == "validation" for key in rest) / len(rest) - 0.2) < 0.04


def test_the_newest_rows_are_sealed(tmp_path: Path) -> None:
    table = read_table(churn.write(tmp_path / "t.csv"))
    cut = by_date(table, "signed_up", parse_cutoff("2024-03-01"))
    assert list(cut.sealed) == [row[1] >= "2024-03-01" for row in table.rows]


@pytest.mark.parametrize(
    ("column", "first", "message"),
    [
        ("cancelled_on", "2024-01-01", "cancelled_on is '' in line"),
        ("plan", "2024-01-01", "which is no date. Write dates like 2024-06-01."),
        ("signed_up", "2030-01-01", "With this HOLDOUT none of the 1,700 rows"),
        ("signed_up", "2020-01-01", "With this HOLDOUT all of the 1,700 rows"),
    ],
)
def test_a_cut_that_cannot_be_made_is_refused(tmp_path: Path, column: str, first: str, message: str) -> None:
    table = read_table(churn.write(tmp_path / "t.csv"))
    with pytest.raises(DraftError, match=re.escape(message)):
        by_date(table, column, parse_cutoff(first))
