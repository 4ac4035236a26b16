from datetime import date
from io import BytesIO

import pandas as pd
import pytest

from include.bace.cut import cut
from include.bace.errors import BaceError
from include.bace.source import columns
from include.bace.synthetic import render
from tests.support.structures import membership

ROWS = [600, 61, 60, 61, 61, 61, 60, 61, 61, 61, 60, 61]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(BytesIO(render(columns())), dtype=str)


def compounds(rows: pd.DataFrame) -> set[str]:
    return set(rows["CID"])


def test_twelve_monthly_drops_and_two_holdouts(table):
    parts = cut(table)
    assert list(parts.drops) == [date(2024, month, 1) for month in range(1, 13)]
    assert [len(rows) for rows in parts.drops.values()] == ROWS
    assert {name: len(rows) for name, rows in parts.holdouts.items()} == {"sealed": 200, "original": 45}


def test_every_compound_is_in_exactly_one_place(table):
    parts = cut(table)
    everywhere = [compounds(rows) for rows in (*parts.drops.values(), *parts.holdouts.values())]
    assert sum(len(part) for part in everywhere) == 1513
    assert set.union(*everywhere) == compounds(table)


def test_the_parts_of_the_original_project_go_where_they_should(table):
    parts = cut(table)
    by_part = {name: compounds(rows) for name, rows in table.groupby("Model")}
    assert by_part["Train"] <= compounds(parts.drops[date(2024, 1, 1)])
    assert compounds(parts.holdouts["original"]) == by_part["Valid"]
    assert compounds(parts.holdouts["sealed"]) <= by_part["Test"]


def test_what_leaks_is_left_out_and_the_names_travel(table):
    parts = cut(table)
    for rows in (*parts.drops.values(), *parts.holdouts.values()):
        assert set(table.columns) - set(rows.columns) == {"Class", "Model", "canvasUID"}
        assert list(rows.columns[:3]) == ["mol", "CID", "pIC50"]
        assert rows.shape[1] - 3 == 589


def test_no_drop_is_sorted_by_activity(table):
    for rows in cut(table).drops.values():
        assert abs(rows["pIC50"].astype(float).reset_index(drop=True).corr(pd.Series(range(len(rows))))) < 0.5


def test_the_order_of_the_file_does_not_matter(table):
    shuffled = table.sample(frac=1, random_state=0)
    assert membership(cut(shuffled)) == membership(cut(table))
    first = date(2024, 1, 1)
    assert cut(shuffled).drops[first].to_csv(index=False) == cut(table).drops[first].to_csv(index=False)


def test_a_repeated_compound_is_refused(table):
    with pytest.raises(BaceError, match=r"CID names a compound twice \(BACE_7\)"):
        cut(pd.concat([table, table[table["CID"] == "BACE_7"]]))


def test_an_unknown_part_is_refused(table):
    with pytest.raises(BaceError, match=r"column Model holds \['Holdout'\]"):
        cut(table.assign(Model=table["Model"].replace("Valid", "Holdout")))


@pytest.mark.parametrize(("part", "left"), [("Test", 607), ("Valid", 0)])
def test_too_few_rows_are_refused(table, part, left):
    rows = pd.concat([table[table["Model"] != part], table[table["Model"] == part][:left]])
    with pytest.raises(BaceError, match=f"{left} {part}.*cannot be cut into the drops"):
        cut(rows)


def test_the_fewest_rows_still_give_every_month_one(table):
    rows = pd.concat([table[table["Model"] != "Test"], table[table["Model"] == "Test"][:608]])
    assert [len(drop) for drop in cut(rows).drops.values()] == [600] + 11 * [1]


def test_the_real_file_is_cut_as_recorded(real):
    parts = cut(real)
    assert [len(rows) for rows in parts.drops.values()] == ROWS
    assert parts.holdouts["original"]["pIC50"].head(3).tolist() == ["6.7212462", "10.522879", "9.5228786"]
    assert membership(parts) == "2503b910366c65033ad6d751ec17097f5aa75def9499cab38e9596cb2c629e3f"
