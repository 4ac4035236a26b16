from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.errors import EvaluationError, NoAnswerError
from include.autopilot.evaluation.cells import (
    predicted_label,
    predicted_number,
    predicted_order,
    predicted_probabilities,
    predicted_probability,
)
from include.autopilot.rows.labels import Labels

PLACE = "sealed.csv.out, line 7"
KNOWN = Labels(("no", "yes"))


def test_numbers() -> None:
    assert predicted_number(PLACE, "1.5") == 1.5
    assert predicted_number(PLACE, " -2e3 ") == -2000
    assert predicted_number(PLACE, "0.1", "0.10000000000000001") == 0.1
    assert predicted_number(PLACE, "0", "-0.0") == 0


def test_labels() -> None:
    assert predicted_label(PLACE, " yes", KNOWN) == "yes"
    assert predicted_label(PLACE, " any ", Labels(())) == "any"


def test_probabilities() -> None:
    assert [predicted_probability(PLACE, cell) for cell in ("0", "1", "0.25")] == [0, 1, 0.25]
    assert predicted_probabilities(PLACE, "[0.25, 0.75]", 2) == (0.25, 0.75)
    assert predicted_probabilities(PLACE, "[0.3333,0.3333,0.3333]", 3) == (0.3333, 0.3333, 0.3333)
    assert predicted_probabilities(PLACE, "[1, 0]", 2) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: predicted_number(PLACE, "high"), "'high' is not a number."),
        (lambda: predicted_number(PLACE, ""), "'' is not a number."),
        (lambda: predicted_number(PLACE, "nan"), "'nan' is not finite."),
        (lambda: predicted_number(PLACE, "1", "inf"), "'inf' is not finite."),
        (lambda: predicted_number(PLACE, "1", "2"), "says the target is 2.0, but the holdout has 1.0 there."),
        (lambda: predicted_label(PLACE, "maybe", KNOWN), "'maybe' is no class that the candidate knows; expected 'no'"),
        (lambda: predicted_label(PLACE, "", Labels(())), "'' is no class that the candidate knows; expected any text."),
        (lambda: predicted_label(PLACE, "Yes", KNOWN), "'Yes' is no class"),
        (lambda: predicted_probability(PLACE, "1.01"), "'1.01' is not a probability from 0 to 1."),
        (lambda: predicted_probability(PLACE, "-0.1"), "'-0.1' is not a probability"),
        (lambda: predicted_probability(PLACE, "[0.1]"), "'[0.1]' is not a number."),
        (lambda: predicted_probabilities(PLACE, "0.9 0.1", 2), "is not a list of probabilities like [0.9, 0.1]."),
        (lambda: predicted_probabilities(PLACE, "0.9", 1), "'0.9' is not a list of probabilities"),
        (lambda: predicted_probabilities(PLACE, "[true, 0]", 2), "'[true, 0]' is not a list of probabilities"),
        (lambda: predicted_probabilities(PLACE, '["1", 0]', 2), "is not a list of probabilities"),
        (lambda: predicted_probabilities(PLACE, "[1.0]", 2), "'[1.0]' has 1 probabilities for 2 classes."),
        (lambda: predicted_probabilities(PLACE, "[0.6, 0.6]", 2), "the probabilities '[0.6, 0.6]' do not sum to 1."),
        (lambda: predicted_probabilities(PLACE, "[1.5, -0.5]", 2), "'[1.5, -0.5]' is not a probability from 0 to 1."),
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
    assert predicted_order("line 1", cell, Labels(known)) == order


@pytest.mark.parametrize("cell", ["", "yes", "['yes']", "['no', 'no']", "['no', 'maybe']", "__import__('os')", "{}"])
def test_other_classes_are_refused(cell: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        predicted_order("out.csv line 3", cell, Labels(("no", "yes")))
    assert str(caught.value) == f"out.csv line 3: {cell!r} is not a list of the classes 'no', 'yes'."


@pytest.mark.parametrize(
    "read",
    [
        *(lambda cell=cell: predicted_number(PLACE, cell) for cell in ("", " ", "nan", "NaN", "-Infinity", "1e999")),
        lambda: predicted_label(PLACE, "", KNOWN),
        lambda: predicted_label(PLACE, "nan", KNOWN),
        *(lambda cell=cell: predicted_probability(PLACE, cell) for cell in ("nan", "", "1e200", "-0.1", "2")),
        *(
            lambda cell=cell: predicted_probabilities(PLACE, cell, 2)
            for cell in ("", "[NaN, NaN]", "[null, null]", "[1e308, 1e308]", "[Infinity, -Infinity]", "[0.2, 0.2]")
        ),
        lambda: predicted_order(PLACE, "", KNOWN),
    ],
)  # fmt: skip
def test_a_row_without_an_answer_is_the_models_fault(read: Any) -> None:
    with pytest.raises(NoAnswerError):
        read()


@pytest.mark.parametrize(
    "read",
    [
        *(lambda cell=cell: predicted_number(PLACE, cell) for cell in ("high", "1.5\x00", "1e 5", "[1]")),
        lambda: predicted_label(PLACE, "maybe", KNOWN),
        lambda: predicted_probability(PLACE, "[0.1]"),
        *(lambda cell=cell: predicted_probabilities(PLACE, cell, 2) for cell in ("0.9", "[1.0]", "[" * 100_000)),
        lambda: predicted_order(PLACE, "(" * 10_000, KNOWN),
    ],
)  # fmt: skip
def test_another_text_is_no_answer_of_the_model_at_all(read: Any) -> None:
    with pytest.raises(EvaluationError) as caught:
        read()
    assert not isinstance(caught.value, NoAnswerError)
