from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.contract import Contract
from include.autopilot.drops import Drop, list_drops, read_drop
from include.autopilot.errors import ContractError
from include.autopilot.locations import Locations
from include.autopilot.preparation import Prepared, Rules, prepare_drop
from tests.include.autopilot.conftest import Toy, csv_bytes, rows

PLACES = Locations("s3://toy-models/toy")
RULES = Rules(Contract(("y", "d[1]"), "y", ("y", "d[1]"), (), "id"), ("note",), 0.2, frozenset({"row-3"}), "h")


def prepare(toy: Toy, rules: Rules = RULES) -> Prepared:
    drop: Drop = list_drops(toy.s3, PLACES)[0]
    return prepare_drop(toy.s3, PLACES, read_drop(toy.s3, drop), rules)


@pytest.fixture
def one(searched: Toy) -> Toy:
    searched.put("drops/2024-01-01/a.csv", csv_bytes(rows(0, 30)))
    searched.put("drops/2024-01-01/b.csv", csv_bytes([*rows(30, 9), {"id": "none", "y": "", "d[1]": "1"}]))
    return searched


def test_every_row_is_accounted_for(one: Toy) -> None:
    found = prepare(one)
    assert found.rows == found.train + found.validation + found.held_out + found.unusable == 40
    assert (found.held_out, found.unusable, found.extra) == (1, 1, ("colour", "a (b, c)"))
    assert found.source == "a toy"


def test_a_prepared_drop_is_not_made_again(one: Toy) -> None:
    first = prepare(one)
    before = {entry["Key"]: entry["LastModified"] for entry in objects(one)}
    assert prepare(one) == first
    assert {entry["Key"]: entry["LastModified"] for entry in objects(one)} == before


def objects(toy: Toy) -> list[Any]:
    found: list[Any] = toy.s3.list_objects_v2(Bucket="toy-models", Prefix="toy/prepared/")["Contents"]
    return found


def test_an_unfinished_preparation_is_made_again(one: Toy) -> None:
    first = prepare(one)
    check = next(entry["Key"] for entry in objects(one) if entry["Key"].endswith("check.json"))
    one.s3.delete_object(Bucket="toy-models", Key=check)
    assert prepare(one) == first
    assert check in {entry["Key"] for entry in objects(one)}


@pytest.mark.parametrize(
    "change", [{"validation_fraction": 0.5}, {"holdouts": "other"}, {"contract": replace(RULES.contract, key="note")}]
)
def test_other_rules_are_another_folder(change: dict[str, Any]) -> None:
    assert replace(RULES, **change).digest != RULES.digest


def test_an_empty_side_has_no_chunk(one: Toy) -> None:
    assert prepare(one, replace(RULES, validation_fraction=0.0)).chunks == ("train/chunk_0.csv",)


def test_a_key_may_not_come_twice_in_one_drop(one: Toy) -> None:
    one.put("drops/2024-01-01/c.csv", csv_bytes(rows(5, 1)))
    with pytest.raises(
        ContractError, match=r"c\.csv: column 'id', row 1 \(line 2\) repeats the key 'row-5' of .*a\.csv"
    ):
        prepare(one)
