from __future__ import annotations

from dataclasses import replace

from include.autopilot.contract import Contract, contract_of, contract_of_header
from include.autopilot.processor import Processor

PROCESSOR = Processor(("a", "y", "b", "c"), "y", {"numeric": ("a", "b"), "categorical": ("b", "c")})


def test_a_column_read_in_two_ways_may_hold_text() -> None:
    contract = contract_of(PROCESSOR, "Regression", "id")
    assert contract == Contract(("a", "y", "b", "c"), "y", "id", ("a", "y"))
    assert contract.features == ("a", "b", "c")


def test_classes_need_not_be_numbers() -> None:
    assert contract_of(PROCESSOR, "BinaryClassification", "id").numeric == ("a",)


def test_a_first_file_sets_its_own_contract() -> None:
    header = ["id", "note", "b", "y", "a"]
    assert contract_of_header(header, "y", "id", ("note",), regression=True) == Contract(
        ("b", "y", "a"), "y", "id", ("y",)
    )
    assert contract_of_header(header, "y", "id", ("note",), regression=False).numeric == ()


def test_everything_counts_in_the_digest() -> None:
    contract = contract_of(PROCESSOR, "Regression", "id")
    others = [
        replace(contract, columns=("y", "a", "b", "c")),
        replace(contract, key="other"),
        replace(contract, numeric=()),
        replace(contract, target="a"),
    ]
    assert len({contract.digest, *(other.digest for other in others)}) == 5
