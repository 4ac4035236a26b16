import sys
from datetime import date

import pandas as pd
import pytest

from include.bace.cut import Cut, cut
from include.bace.errors import BaceError
from include.bace.scaffolds import HOLDOUT, cut_by_scaffold, scaffolds_of
from tests.support.structures import ACYCLIC, COMMON, membership, on_scaffold, with_structures


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return with_structures()


@pytest.fixture(scope="module")
def parts(table: pd.DataFrame) -> Cut:
    return cut_by_scaffold(table)


def test_no_scaffold_is_on_both_sides(parts):
    held_out = set(scaffolds_of(parts.holdouts[HOLDOUT]))
    trained = set(scaffolds_of(pd.concat(parts.drops.values())))
    assert held_out
    assert not held_out & trained


def test_the_other_cut_has_scaffolds_on_both_sides(table):
    """What the two models differ in; a comparison that cannot fail would prove nothing above."""
    by_compound = cut(table)
    trained = scaffolds_of(pd.concat(by_compound.drops.values()))
    assert scaffolds_of(by_compound.holdouts["sealed"]).isin(trained).sum() > 80


def test_the_rarest_scaffolds_are_held_out(table, parts):
    rows = scaffolds_of(table).value_counts()
    held_out, trained = (
        rows[scaffolds_of(some).unique()] for some in (parts.holdouts[HOLDOUT], pd.concat(parts.drops.values()))
    )
    assert held_out.max() <= trained.min()
    assert rows.max() == COMMON
    assert rows[""] == ACYCLIC


def test_every_compound_is_in_exactly_one_place_and_the_drops_are_dated_as_in_the_other_cut(table, parts):
    everywhere = pd.concat([*parts.drops.values(), *parts.holdouts.values()])["CID"]
    assert len(everywhere) == len(table)
    assert set(everywhere) == set(table["CID"])
    assert list(parts.drops) == list(cut(table).drops)
    assert len(parts.drops[date(2024, 1, 1)]) == 600
    assert {len(rows) for day, rows in parts.drops.items() if day.month > 1} <= {64, 65}
    assert set(table.columns) - set(everywhere.to_frame().columns) >= {"Class", "Model", "canvasUID"}
    assert not {"Class", "Model", "canvasUID"} & set(parts.holdouts[HOLDOUT].columns)


def test_a_scaffold_is_never_divided_to_have_the_rows_exactly(table):
    """One scaffold of one row and many of three: 199 rows are too few."""
    shared = table.assign(mol=[on_scaffold(row // 3, row) for row in range(len(table))])
    assert len(cut_by_scaffold(shared).holdouts[HOLDOUT]) == 202


def test_the_order_of_the_file_does_not_matter(table, parts):
    assert membership(cut_by_scaffold(table.sample(frac=1, random_state=0))) == membership(parts)


def test_stereochemistry_makes_no_other_scaffold():
    mirrored = pd.DataFrame({"CID": ["A", "B"], "mol": ["C[C@H]1CCO[C@H]1C", "C[C@@H]1CCO[C@@H]1C"]})
    assert scaffolds_of(mirrored).nunique() == 1


@pytest.mark.parametrize("smiles", ["SYNTHETIC_1", "C1CC", ""])
def test_a_row_without_a_structure_is_refused_in_one_sentence(table, capfd, smiles):
    with pytest.raises(BaceError, match=r"^1 of 1513 rows have no structure in column mol, the first is BACE_3 "):
        cut_by_scaffold(table.assign(mol=table["mol"].where(table["CID"] != "BACE_3", smiles)))
    assert capfd.readouterr().err == ""


def test_without_rdkit_it_says_what_to_install(table, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(BaceError, match="RDKit, which is not installed: pip install rdkit"):
        cut_by_scaffold(table)


def test_too_few_rows_and_repeated_compounds_are_refused(table):
    with pytest.raises(BaceError, match="600 of 800 rows have scaffolds that are not held out: at least 611"):
        cut_by_scaffold(table[-800:])
    with pytest.raises(BaceError, match=r"CID names a compound twice \(BACE_7\)"):
        cut_by_scaffold(pd.concat([table, table[table["CID"] == "BACE_7"]]))


def test_the_real_file_is_cut_as_recorded(real):
    parts = cut_by_scaffold(real)
    assert [len(rows) for rows in parts.drops.values()] == [600, 65, 65, 64, 65, 65, 65, 65, 65, 64, 65, 65]
    assert len(parts.holdouts[HOLDOUT]) == 200
    assert scaffolds_of(parts.holdouts[HOLDOUT]).nunique() == 200
    assert membership(parts) == "e991515cb13e937cf11f9ae7b1864b028216b9b129f81342b347eee16b9e649d"
