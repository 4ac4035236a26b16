from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.errors import ContractError, DropError
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.holdouts import copy_holdout, holdouts_digest, read_holdouts
from tests.support.toy import Toy, csv_bytes, rows

PLACES = Locations("s3://toy-models/toy")
CONTRACT = Contract(("y", "a (b, c)", "d[1]", "colour"), "y", ("y",), (), "id")


def read(toy: Toy) -> Any:
    return read_holdouts(toy.s3, PLACES, ("sealed", "second"), CONTRACT, ("note",))


def test_rows_are_arranged_for_the_prediction(searched: Toy) -> None:
    sealed, second = read(searched)
    row = rows(2000, 1)[0]
    uri = copy_holdout(searched.s3, second, "s3://toy-models/toy/runs/x/holdout/second.csv", CONTRACT, ("note",))
    assert searched.get(uri).startswith(f"{row['id']},{row['y']},{row['a (b, c)']},{row['d[1]']},".encode())
    assert searched.get(uri).count(b"\n") == len(second.keys) == 3
    assert len(sealed.keys) == 12
    assert sealed.source == "a toy"


def test_two_holdouts_share_no_row(searched: Toy) -> None:
    searched.put("holdout/second.csv", csv_bytes(rows(1005, 1)))
    with pytest.raises(
        ContractError, match=r"repeats the key 'row-1005' of s3://toy-models/toy/holdout/sealed\.csv row 6"
    ):
        read(searched)


@pytest.mark.parametrize(("cell", "fault"), [("0.25\0x", "holds text"), ("1e200", "is beyond what trainers can take")])
def test_a_target_that_nobody_can_compare_is_refused_before_a_job_is_paid(searched: Toy, cell: str, fault: str) -> None:
    searched.put("holdout/second.csv", csv_bytes([*rows(2000, 3), rows(2003, 1)[0] | {"y": cell}]))
    with pytest.raises(ContractError, match=rf"holdout/second\.csv: column 'y', row 4 \(line 5\) {fault}: "):
        read(searched)


def test_a_missing_holdout_is_named(searched: Toy) -> None:
    searched.s3.delete_object(Bucket="toy-models", Key="toy/holdout/sealed.csv")
    with pytest.raises(DropError, match="Holdout 'sealed' is missing"):
        read(searched)


def test_the_digest_notices_a_changed_holdout(searched: Toy) -> None:
    before = holdouts_digest(read(searched))
    searched.put("holdout/second.csv", csv_bytes(rows(2000, 4)))
    assert holdouts_digest(read(searched)) != before


def test_a_holdout_that_changed_since_it_was_checked_is_not_copied(searched: Toy) -> None:
    second = read(searched)[1]
    searched.put("holdout/second.csv", csv_bytes(rows(2000, 4)))
    with pytest.raises(DropError, match=r"second\.csv was changed while it was read"):
        copy_holdout(searched.s3, second, "s3://toy-models/toy/runs/x/holdout/second.csv", CONTRACT, ("note",))
    assert searched.keys("runs/x/") == []


def test_what_is_kept_of_a_holdout_does_not_grow_with_its_width(searched: Toy) -> None:
    sealed = read(searched)[0]
    assert [row.row for row in sealed.held()][:2] == ["sealed.csv:2", "sealed.csv:3"]
    assert sealed.keys[0] == "row-1000"
    assert sealed.classes == {}
