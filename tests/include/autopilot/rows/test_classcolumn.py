from __future__ import annotations

import pytest

from include.autopilot.base.errors import ContractError, NewClassError
from include.autopilot.rows.cells import Findings, Record
from include.autopilot.rows.classcolumn import ClassColumn

RECORD = Record(row=3, line=4, cells=("k", "maybe"), spans_lines=False)


def refusal(known: tuple[str, ...], *cells: str) -> ContractError:
    findings = Findings("drop.csv")
    column = ClassColumn("y", known, "toy_search")
    for cell in cells:
        assert column.label(RECORD, cell, findings) is None
    with pytest.raises(ContractError) as caught:
        findings.raise_if_any()
    return caught.value


def refused(known: tuple[str, ...], *cells: str) -> tuple[str, ...]:
    return refusal(known, *cells).problems


def test_a_new_class_says_to_search_again_and_which_dag_does() -> None:
    (message,) = refused(("no", "yes"), "maybe")
    assert message == (
        "drop.csv: column 'y', row 3 (line 4) has the class 'maybe', which the candidate does not know (it knows 'no', "
        "'yes'). Correct the cell, or run the search again with problem_type: MulticlassClassification (trigger the "
        "DAG toy_search) to learn the class 'maybe'; a retraining learns no new one."
    )


def test_a_misspelt_class_says_what_was_probably_meant() -> None:
    (message,) = refused(("no", "yes"), "Yes")
    assert "Write 'yes' if that is meant, or run the search again" in message
    (message,) = refused(("0", "1"), "1.0")
    assert "Write '1' if that is meant" in message


def test_only_what_a_search_would_learn_is_a_reason_to_trigger_one() -> None:
    known = ("no", "yes", "perhaps")
    assert isinstance(refusal(known, "maybe", "never"), NewClassError)
    assert "run the search again (trigger the DAG toy_search)" in str(refusal(known, "maybe"))
    for misspelt_or_third in (refusal(known, "maybe", "Yes"), refusal(("no", "yes"), "maybe")):
        assert not isinstance(misspelt_or_third, NewClassError)


def test_every_new_class_is_told_once() -> None:
    first, second = refused(("no", "yes"), "maybe", "never", "maybe", "maybe")
    assert "'maybe'" in first
    assert "(2 more rows have the same problem)" in first
    assert "'never'" in second


def test_many_and_long_classes_are_cut_short() -> None:
    (message,) = refused(tuple(f"class {number}" for number in range(30)), "x" * 500)
    assert "'class 9', ...)" in message
    assert "'class 10'" not in message
    assert "x" * 41 not in message


@pytest.mark.parametrize(
    ("known", "cell", "label"),
    [
        (("no", "yes"), "yes", "yes"),
        (("no", "yes"), " yes ", "yes"),
        ((" <=50K", " >50K"), ">50K", " >50K"),
        (("no", "yes"), "", None),
        (("no", "yes"), " NaN ", None),
        (("", "yes"), "", None),
        (("nan", "yes"), "nan", "nan"),
        ((), "anything", "anything"),
        ((), " ", None),
    ],
)
def test_known_classes_and_missing_ones_are_no_fault(known: tuple[str, ...], cell: str, label: str | None) -> None:
    findings = Findings("drop.csv")
    assert ClassColumn("y", known, "toy_search").label(RECORD, cell, findings) == label
    findings.raise_if_any()
