"""The draft says of every column what a search makes of it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from include.autopilot.base.errors import DraftError
from include.autopilot.draft.table import _LOOKED_AT, Column, read_table
from include.local_aws.runtimes.data_builder.columns import describe

DAYS = [date(2024, 1, 1) + timedelta(days=row) for row in range(3 * _LOOKED_AT)]
PRICES = [f"${row:,}.50" for row in range(200)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1.0823", "n/a"] * 50, "numeric"),
        (["1.0823", "11.2024", "n/a", "3.1999"] * 50, "numeric"),
        (["1.0823"] * 90 + ["unknown"] * 10, "categorical"),
        (["1e-05", "2e-05", "0.3", "n/a"] * 50, "numeric"),
        (["1e-05"] * 94 + ["x"] * 6, "categorical"),
        ([f"{day:%Y%m%d}" for day in DAYS[:300]], "datetime"),
        ([f" {day:%Y%m%d} " for day in DAYS[:300]] + ["n/a"], "datetime"),
        ([f"{day:%Y%m%d}" for day in DAYS[:300]] + ["20249999"], "numeric"),
        ([f"{day:%Y%m%d}.0" for day in DAYS[:300]], "numeric"),
        (["20240131"] * 100, "numeric"),
        ([f"{row % 12 + 1:02}/{row % 11 + 1:02}/2024" for row in range(120)], "datetime"),
        (["01/02/2024", "2024"] * 50, "categorical"),
        (["01/02/2024"] * 96 + ["7"] * 4, "datetime"),
        (["01/2023", "02/2023"] * 50 + ["22040101"], "datetime"),
        (["yes", "Y", "TRUE", "no", "0", "1"] * 20, "boolean"),
        (["ja", "nein", "j", "n/a"] * 20, "boolean"),
        (["0", "1", "1.0", "n/a"] * 50, "numeric"),
        (["yes", "n/a"] * 50, "categorical"),
        ([*PRICES[:100], *(text.replace("$", "€") for text in PRICES[100:])], "ignored"),
        (["$5", "€6"] * 100, "categorical"),
        ([*PRICES, "950", "?"], "amount"),
        ([f"{row * 3571:,}" for row in range(200)], "amount"),
        (["950"] * 97 + ["1,200"] * 3, "amount"),
        ([f"{row / 2} %" for row in range(200)], "amount"),
        (["(5)", "6", "-7", "(8.50)"] * 50, "amount"),
        (["(5)"] * 200, "ignored"),
        (["\u00a01", "2"] * 100, "amount"),
        (["1e400", "2", "inf"] * 70, "categorical"),
        (["1,5", "2,25", "n/a"] * 70, "amount"),
        (["", " ", "nan", "NULL"] * 30, "ignored"),
        (["DE"] * 100, "ignored"),
        (["DE", ""] * 100, "categorical"),
        ([f"B{row}" for row in range(200)], "ignored"),
        ([f"Ann {row}" for row in range(200)], "text"),
        ([f"customer {row} asked about a parcel" for row in range(200)], "text"),
        (["not at all happy", "happy"] * 100, "categorical"),
    ],
)  # fmt: skip
def test_a_column_is_what_a_search_makes_of_it(cells: list[str], kind: str) -> None:
    draft, search = Column("c", cells).kind, describe("c", np.array(cells, dtype=object))
    assert (draft.name, draft.note) == (search.kind, search.reason)
    assert draft.name == kind


@pytest.mark.parametrize(
    ("cells", "kind", "note"),
    [
        # In the order of time: the first 2,000 are of days that could be months.
        (
            [f"{row % 12 + 1:02}/{row % 11 + 1:02}/2024 {row % 24:02}:{row % 60:02}" for row in range(9000)]
            + [f"{day:%d/%m/%Y} 00:00" for day in DAYS],
            "datetime",
            "day/month/year",
        ),
        ([f"{row / 7:.6f}" for row in range(9000)] + ["n/a"] * 5000, "numeric", ""),
        ([f"${row:,}.50" for row in range(9000)], "amount", "amounts of $ with a decimal point"),
        ([f"customer-{row % 3000}" for row in range(9000)], "categorical", ""),
        ([f"customer-{row}" for row in range(9000)], "ignored", "nearly every row has a value of its own"),
        ([f"The parcel {row} came late" for row in range(9000)], "text", ""),
    ],
)
def test_cells_from_all_over_a_long_column_tell_the_same(cells: list[str], kind: str, note: str) -> None:
    column, search = Column("c", cells), describe("c", np.array(cells, dtype=object))
    assert len(column.distinct) > _LOOKED_AT
    assert (column.kind.name, column.kind.note) == (search.kind, search.reason) == (kind, note)


def test_a_table_without_commas_is_told_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id;price;y\n1;1,5;no\n")
    with pytest.raises(
        DraftError, match=r"t.csv has one column in line 1. The header seems to be separated by semicol"
    ):
        read_table(tmp_path / "t.csv")
