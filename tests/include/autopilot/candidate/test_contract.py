from __future__ import annotations

from dataclasses import replace

from include.autopilot.candidate.contract import Contract, contract_of_header, schema_of
from include.autopilot.candidate.processor import Processor

PROCESSOR = Processor(("a", "y", "b", "c"), "y", {"numeric": ("a", "b"), "categorical": ("b", "c")})


def test_a_column_read_in_two_ways_may_hold_text() -> None:
    schema = schema_of(PROCESSOR, "Regression")
    assert schema.keyed("id") == Contract(("a", "y", "b", "c"), "y", ("a", "y"), (), "id")
    assert schema.features == ("a", "b", "c")


def test_classes_need_not_be_numbers() -> None:
    assert schema_of(PROCESSOR, "BinaryClassification").numeric == ("a",)


def test_a_first_file_sets_its_own_contract() -> None:
    header = ["", "id", "note", "b", "y", "a", " ", ""]
    assert contract_of_header(header, "y", "id", ("note",), regression=True) == Contract(
        ("b", "y", "a"), "y", ("y",), (), "id"
    )
    assert contract_of_header(header, "y", "id", ("note",), regression=False).numeric == ()


def test_everything_counts_in_the_digest() -> None:
    contract = schema_of(PROCESSOR, "Regression").keyed("id")
    others = [
        replace(contract, columns=("y", "a", "b", "c")),
        replace(contract, key="other"),
        replace(contract, numeric=()),
        replace(contract, target="a"),
        replace(contract, labels=("no", "yes")),
    ]
    assert len({contract.digest, *(other.digest for other in others)}) == 6
