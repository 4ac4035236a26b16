from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.contract import Contract
from include.autopilot.data.holdouts import holdouts_digest, read_holdouts
from include.autopilot.errors import ContractError, DropError
from include.autopilot.locations import Locations
from tests.include.autopilot.conftest import Toy, csv_bytes, rows

PLACES = Locations("s3://toy-models/toy")
CONTRACT = Contract(("y", "a (b, c)", "d[1]", "colour"), "y", ("y",), (), "id")


def read(toy: Toy) -> Any:
    return read_holdouts(toy.s3, PLACES, ("sealed", "second"), CONTRACT, ("note",))


def test_rows_are_arranged_for_the_prediction(searched: Toy) -> None:
    sealed, second = read(searched)
    row = rows(2000, 1)[0]
    assert second.table.lines[0][1].startswith(f"{row['id']},{row['y']},{row['a (b, c)']},{row['d[1]']},")
    assert len(sealed.keys) == 12
    assert sealed.source == "a toy"


def test_two_holdouts_share_no_row(searched: Toy) -> None:
    searched.put("holdout/second.csv", csv_bytes(rows(1005, 1)))
    with pytest.raises(
        ContractError, match=r"repeats the key 'row-1005' of s3://toy-models/toy/holdout/sealed\.csv row 6"
    ):
        read(searched)


def test_a_missing_holdout_is_named(searched: Toy) -> None:
    searched.s3.delete_object(Bucket="toy-models", Key="toy/holdout/sealed.csv")
    with pytest.raises(DropError, match="Holdout 'sealed' is missing"):
        read(searched)


def test_the_digest_notices_a_changed_holdout(searched: Toy) -> None:
    before = holdouts_digest(read(searched))
    searched.put("holdout/second.csv", csv_bytes(rows(2000, 4)))
    assert holdouts_digest(read(searched)) != before
