"""A key is refused in a draft where a run would refuse it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from include.autopilot.base.errors import DraftError
from include.autopilot.draft.keys import key_of
from include.autopilot.draft.table import Table

KEYS = [f"k{row}" for row in range(60)]


def key(cells: Sequence[str], asked: str | None = "id") -> str:
    rows = [[cell, str(row / 7)] for row, cell in enumerate(cells)]
    return key_of(Table("t.csv", ["id", "y"], rows, range(2, len(rows) + 2)), "y", asked)


@pytest.mark.parametrize("asked", ["id", None])
def test_one_row_without_a_key_is_one_row(asked: str | None) -> None:
    assert key([*KEYS, "NULL"], asked) == "id"


def test_one_or_two_numbers_may_be_keys() -> None:
    assert key([*KEYS, "0", "0", "-1"]) == "id"


@pytest.mark.parametrize(
    ("cells", "asked", "message"),
    [
        (
            [*KEYS, "NULL", "NULL"],
            "id",
            "t.csv: 2 rows have the key 'NULL', which says that there is none (lines 62, 63).",
        ),
        ([*KEYS, "nan", "NaN"], "id", "2 rows have the key 'nan', which says that there is none (lines 62, 63)."),
        (
            ["?", *KEYS, "-", "--", "n/a"],
            None,
            "3 rows have the key '?', which says that there is none (lines 2, 63, 64).",
        ),
        (
            [*KEYS, *["9999"] * 4],
            "id",
            "4 rows have the key '9999', which says that there is none (lines 62, 63, 64 and more).",
        ),
        ([*KEYS, "\u200b"], None, "the key id in line 62 has no sign that one sees. Write a key there."),
        ([*KEYS, "\u200b"], "id", "the key id in line 62 has no sign that one sees. Write a key there."),
    ],
)
def test_rows_without_a_key_are_refused(cells: list[str], asked: str | None, message: str) -> None:
    with pytest.raises(DraftError) as caught:
        key(cells, asked)
    assert message in str(caught.value)
