from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import pytest

from include.autopilot.base.errors import GateError
from include.autopilot.base.locations import Locations
from include.autopilot.evaluation.outcome import Classes, Numbers
from include.autopilot.gate.stored import Answers, contenders, save_answers, stored_answers
from include.autopilot.s3.objects import read, write_json

KEYS = ("a", "b", "c")
NUMBERS = Answers("m", "d1", KEYS, Numbers((1.0, 2.0, 3.0), (1.5, 2.5, 3.5)))
TWO = Classes(("no", "yes"), ("no", "yes", "no"), ("yes", "yes", "no"), ((0.4, 0.6), (0.1, 0.9), (0.8, 0.2)))
THREE = Classes(
    ("maybe", "no", "yes"), ("no", "yes", "no"), ("maybe", "yes", "no"),
    ((0.5, 0.4, 0.1), (0.0, 0.1, 0.9), (0.1, 0.8, 0.1)),
)  # fmt: skip


@pytest.mark.parametrize("outcome", [NUMBERS.outcome, TWO, THREE])
def test_they_come_back_as_they_were(s3: Any, outcome: Any) -> None:
    locations, answers = Locations("s3://toy-models/toy"), Answers("m", "d1", KEYS, outcome)
    assert stored_answers(s3, locations, "d1", "m") is None
    save_answers(s3, locations, answers)
    assert stored_answers(s3, locations, "d1", "m") == answers


def test_numbers_are_taken_as_they_are() -> None:
    champion, challenger = contenders(None, NUMBERS)
    assert champion is None
    assert (challenger.actual, challenger.predicted) == ((1.0, 2.0, 3.0), (1.5, 2.5, 3.5))


def test_classes_are_numbered_alike_whatever_each_model_knows() -> None:
    champion, challenger = contenders(Answers("old", "d1", KEYS, TWO), Answers("new", "d1", KEYS, THREE))
    assert champion is not None
    assert champion.actual == challenger.actual == (1.0, 2.0, 1.0)
    assert champion.predicted == (2.0, 2.0, 1.0)
    assert champion.probabilities == ((0.0, 0.4, 0.6), (0.0, 0.1, 0.9), (0.0, 0.8, 0.2))
    assert challenger.probabilities == THREE.probabilities


def test_the_positive_class_of_two_stays_number_one() -> None:
    champion, challenger = contenders(Answers("old", "d1", KEYS, TWO), Answers("new", "d1", KEYS, TWO))
    assert champion is not None
    assert challenger.actual == (0.0, 1.0, 0.0)
    assert champion.probabilities == TWO.probabilities


def test_numbers_and_classes_cannot_be_compared() -> None:
    with pytest.raises(GateError, match=r"do not predict the same kind of thing. Set gate.mode to disabled"):
        contenders(NUMBERS, Answers("new", "d1", KEYS, TWO))


@pytest.mark.parametrize(
    "outcome",
    [
        Numbers((1.0, 2.0, 3.0), (1.5, math.nan, math.inf)),
        Classes(("no", "yes"), ("no", "yes", "no"), ("no", "", "no"), ((0.5, 0.5), (math.nan, math.nan), (0.5, 0.5))),
    ],
)
def test_rows_without_an_answer_are_kept_as_that(s3: Any, outcome: Any) -> None:
    locations = Locations("s3://toy-models/toy")
    uri = save_answers(s3, locations, Answers("m", "d1", KEYS, outcome))
    assert "NaN" not in read(s3, uri).body.decode()
    found = stored_answers(s3, locations, "d1", "m")
    assert found is not None
    _, challenger = contenders(None, found)
    assert challenger.unanswered.tolist() == ([1, 2] if isinstance(outcome, Numbers) else [1])


def test_what_an_earlier_release_wrote_is_read(s3: Any) -> None:
    locations = Locations("s3://toy-models/toy")
    for answers in (NUMBERS, Answers("m", "d1", KEYS, TWO)):
        write_json(s3, locations.answers("d1", "m"), asdict(answers))
        assert stored_answers(s3, locations, "d1", "m") == answers
