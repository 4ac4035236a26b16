from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.data.labels import Labels
from include.autopilot.errors import EvaluationError
from include.autopilot.report.answercells import (
    answered_label,
    answered_number,
    answered_order,
    answered_probabilities,
    answered_probability,
)

PLACE = "sealed.csv.out, line 7"
KNOWN = Labels(("no", "yes"))


def test_numbers() -> None:
    assert answered_number(PLACE, "1.5") == 1.5
    assert answered_number(PLACE, " -2e3 ") == -2000
    assert answered_number(PLACE, "0.1", "0.10000000000000001") == 0.1
    assert answered_number(PLACE, "0", "-0.0") == 0


def test_labels() -> None:
    assert answered_label(PLACE, " yes", KNOWN) == "yes"
    assert answered_label(PLACE, " any ", Labels(())) == "any"


def test_probabilities() -> None:
    assert [answered_probability(PLACE, cell) for cell in ("0", "1", "0.25")] == [0, 1, 0.25]
    assert answered_probabilities(PLACE, "[0.25, 0.75]", 2) == (0.25, 0.75)
    assert answered_probabilities(PLACE, "[0.3333,0.3333,0.3333]", 3) == (0.3333, 0.3333, 0.3333)
    assert answered_probabilities(PLACE, "[1, 0]", 2) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: answered_number(PLACE, "high"), "'high' is not a number."),
        (lambda: answered_number(PLACE, ""), "'' is not a number."),
        (lambda: answered_number(PLACE, "nan"), "'nan' is not finite."),
        (lambda: answered_number(PLACE, "1", "inf"), "'inf' is not finite."),
        (lambda: answered_number(PLACE, "1", "2"), "says the target is 2.0, but the holdout has 1.0 there."),
        (lambda: answered_label(PLACE, "maybe", KNOWN), "'maybe' is no class that the candidate knows; expected 'no'"),
        (lambda: answered_label(PLACE, "", Labels(())), "'' is no class that the candidate knows; expected any text."),
        (lambda: answered_label(PLACE, "Yes", KNOWN), "'Yes' is no class"),
        (lambda: answered_probability(PLACE, "1.01"), "'1.01' is not a probability from 0 to 1."),
        (lambda: answered_probability(PLACE, "-0.1"), "'-0.1' is not a probability"),
        (lambda: answered_probability(PLACE, "[0.1]"), "'[0.1]' is not a number."),
        (lambda: answered_probabilities(PLACE, "0.9 0.1", 2), "is not a list of probabilities like [0.9, 0.1]."),
        (lambda: answered_probabilities(PLACE, "0.9", 1), "'0.9' is not a list of probabilities"),
        (lambda: answered_probabilities(PLACE, "[true, 0]", 2), "'[true, 0]' is not a list of probabilities"),
        (lambda: answered_probabilities(PLACE, '["1", 0]', 2), "is not a list of probabilities"),
        (lambda: answered_probabilities(PLACE, "[1.0]", 2), "'[1.0]' has 1 probabilities for 2 classes."),
        (lambda: answered_probabilities(PLACE, "[0.6, 0.6]", 2), "the probabilities '[0.6, 0.6]' do not sum to 1."),
        (lambda: answered_probabilities(PLACE, "[1.5, -0.5]", 2), "'[1.5, -0.5]' is not a probability from 0 to 1."),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_place(read: Any, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        read()
    assert message in str(caught.value)
    assert str(caught.value).startswith(PLACE)


@pytest.mark.parametrize(
    ("cell", "known", "order"),
    [
        ("['no', 'yes']", ("no", "yes"), (0, 1)),
        ("['yes', 'no']", ("no", "yes"), (1, 0)),
        ('["c", "a", "b"]', ("a", "b", "c"), (1, 2, 0)),
        ("[1, 0]", ("0", "1"), (1, 0)),
        ("['it''s']", ("its",), (0,)),
    ],
)
def test_the_order_of_classes(cell: str, known: tuple[str, ...], order: tuple[int, ...]) -> None:
    assert answered_order("line 1", cell, Labels(known)) == order


@pytest.mark.parametrize("cell", ["", "yes", "['yes']", "['no', 'no']", "['no', 'maybe']", "__import__('os')", "{}"])
def test_other_classes_are_refused(cell: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        answered_order("out.csv line 3", cell, Labels(("no", "yes")))
    assert str(caught.value) == f"out.csv line 3: {cell!r} is not a list of the classes 'no', 'yes'."
