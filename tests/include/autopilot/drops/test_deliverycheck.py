"""A file is compared with the other drops and with the holdouts before it is delivered, as a run compares them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.autopilot.base.errors import DropError, IdentityError
from include.autopilot.settings.identity import IdentityConfig
from tests.support.delivering import Delivering
from tests.support.toy import csv_bytes, rows
from tests.support.toyruns import prepare


@pytest.mark.parametrize("key", ["NULL", "-", "n/a"])
def test_a_holdout_s_row_without_a_key_is_not_delivered(running: Delivering, key: str) -> None:
    file = running.file([*rows(1000, 11), rows(1011, 1)[0] | {"id": key}], "sealed.csv")
    with pytest.raises(IdentityError, match=r"1 rows of the holdouts have a key .*\(sealed\.csv:13\)\. Give every row"):
        running.holdout(file, replace=True)
    running.toy.config = replace(running.toy.config, identity=IdentityConfig(placeholder_keys="warn"))
    assert any("a key which says that there is none" in note for note in running.holdout(file, replace=True).notes)


def test_another_holdout_s_row_without_a_key_is_told(running: Delivering) -> None:
    running.toy.put("holdout/second.csv", csv_bytes([rows(2000, 1)[0] | {"id": "ND"}]))
    for done in (
        running.holdout(running.file(rows(1000, 11), "sealed.csv"), replace=True),
        running.drop(running.file([*rows(900, 3), rows(903, 1)[0] | {"id": "ND"}])),
    ):
        assert done.written
        assert any("rows of drops that have it too are kept out of the training" in note for note in done.notes)


def test_a_holdout_s_row_with_a_number_for_a_key_is_delivered(running: Delivering) -> None:
    file = running.file([*rows(1000, 11), rows(1011, 1)[0] | {"id": "0"}], "sealed.csv")
    assert running.holdout(file, replace=True).written


@pytest.mark.parametrize("prepared", [False, True], ids=["of the files", "of what a run prepared"])
def test_a_key_that_another_drop_spells_differently_is_not_delivered(
    running: Delivering, prepared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if prepared:
        prepare(running.toy)
        monkeypatch.setattr("include.autopilot.drops.beside.Scan", None)
    file = running.file([rows(900, 1)[0] | {"id": "row-0\u200b"}, *rows(901, 5)])
    with pytest.raises(IdentityError) as caught:
        running.drop(file, "2024-04-01")
    assert r"'row-0\u200b' (2024-04-01/new.csv:2) and 'row-0' (2024-01-01/first.csv:2)" in str(caught.value)
    # As a run does; and the advice works.
    running.toy.put("drops/2024-04-01/new.csv", file.read_bytes())
    with pytest.raises(IdentityError, match="1 keys of the drops are spelt in several ways"):
        prepare(running.toy, datetime(2024, 4, 1, tzinfo=UTC), "20240401T000000-1a2b3c4e")
    corrected = running.file([rows(900, 1)[0] | {"id": "row-0"}, *rows(901, 5)])
    assert running.drop(corrected, "2024-04-01", replace=True).notes == ()
    assert prepare(running.toy, datetime(2024, 4, 1, tzinfo=UTC), "20240401T000000-1a2b3c4e")


def test_a_key_that_is_none_and_stands_in_another_drop_is_told(running: Delivering) -> None:
    running.toy.put("drops/2024-02-01/more.csv", csv_bytes([rows(700, 1)[0] | {"id": "NULL"}]))
    done = running.drop(running.file([rows(900, 1)[0] | {"id": "NULL"}, *rows(901, 5)]), "2024-04-01")
    (note,) = done.notes
    assert note.startswith("2 drops have a row with the key 'NULL', which says that there is none; only the last of")


def test_a_drop_that_cannot_be_read_stops_no_other_and_is_told(running: Delivering) -> None:
    running.toy.put("drops/2024-02-01/more.csv", csv_bytes([rows(700, 1)[0] | {"y": "much"}]))
    (note,) = running.drop(running.file(rows(900, 5)), "2024-04-01").notes
    assert note.startswith("It was not compared with the drop 2024-02-01, which a run would refuse: s3://toy-models/")


def test_rows_of_a_holdout_are_counted_and_may_not_be_all(running: Delivering) -> None:
    done = running.drop(running.file([*rows(900, 3), *rows(1000, 2)]))
    assert "2 of its rows are those of a holdout; they are kept out of the training." in done.notes
    with pytest.raises(DropError, match="All 12 rows are in a drop and in a holdout"):
        running.drop(running.file(rows(1000, 12)), "2025-01-02")


def test_rows_repeated_in_other_files_of_the_drop_are_found(bare: Delivering) -> None:
    bare.drop(bare.file(rows(0, 30), "one.csv"))
    changed = [row | {"y": "9"} for row in rows(0, 30)]
    with pytest.raises(IdentityError, match="2025-01-01"):
        bare.drop(bare.file(changed, "two.csv"))


def test_a_holdout_that_leaves_nothing_to_train_on(bare: Delivering) -> None:
    bare.toy.put("drops/2024-01-01/a.csv", csv_bytes(rows(1000, 4)))
    with pytest.raises(DropError, match="All 4 rows are in a drop and in a holdout, so that none is left to train on"):
        bare.holdout(bare.file(rows(1000, 4)), replace=True)


def test_rows_that_the_search_saw_are_told(running: Delivering) -> None:
    running.toy.put("search/20240101T000000/keys.csv", b"row-5000,\n")
    done = running.holdout(running.file(rows(5000, 3)), replace=True)
    assert any("saw rows that are in a holdout now (1 of the 3 of sealed)" in note for note in done.notes)
