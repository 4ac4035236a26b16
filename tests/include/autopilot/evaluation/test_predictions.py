"""Probabilities of an answer, whichever container gave them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from include.autopilot.base.errors import EvaluationError
from include.autopilot.base.metrics import BINARY
from include.autopilot.candidate.objective import Objective
from include.autopilot.evaluation.outcome import Classes
from include.autopilot.evaluation.predictions import Predictions, read_predictions
from include.autopilot.evaluation.scores import scores_of
from include.autopilot.template.problem import Problem

ROWS = b"a,no,1\nb,yes,2\n"


def read(s3: Any, columns: tuple[str, ...], *lines: str) -> Predictions:
    s3.put_object(Bucket="toy-models", Key="in/sealed.csv", Body=ROWS)
    s3.put_object(Bucket="toy-models", Key="out/sealed.csv.out", Body="\n".join(lines).encode())
    problem = Problem(BINARY, "y", Objective("AUC", "Maximize"), ("no", "yes"), columns)
    plan: Any = SimpleNamespace(
        problem=problem, holdouts=[SimpleNamespace(name="sealed", input="s3://toy-models/in/sealed.csv")]
    )
    (found,) = read_predictions(s3, plan.problem, plan.holdouts, "s3://toy-models/out")
    assert found.keys == ("a", "b")
    return found


def answered(s3: Any, columns: tuple[str, ...], *lines: str) -> Classes:
    outcome = read(s3, columns, *lines).outcome
    assert isinstance(outcome, Classes)
    return outcome


def test_of_the_tuning_mode_the_one_probability_is_that_of_the_positive_class(s3: Any) -> None:
    found = answered(s3, ("predicted_label", "probability"), "a,no,no,0.25", "b,yes,yes,0.75")
    assert found.probabilities == ((0.75, 0.25), (0.25, 0.75))


@pytest.mark.parametrize(
    ("labels", "first"), [("['no', 'yes']", (0.75, 0.25)), ("['yes', 'no']", (0.25, 0.75))], ids=["sorted", "reversed"]
)
def test_an_ensemble_says_in_which_order_its_probabilities_come(
    s3: Any, labels: str, first: tuple[float, float]
) -> None:
    columns = ("predicted_label", "probabilities", "labels")
    lines = (f'a,no,no,"[0.75, 0.25]","{labels}"', f'b,yes,yes,"[0.5, 0.5]","{labels}"')
    found = answered(s3, columns, *lines)
    assert found.probabilities == (first, (0.5, 0.5))


def test_an_order_of_other_classes_is_refused(s3: Any) -> None:
    columns = ("predicted_label", "probabilities", "labels")
    lines = ("a,no,no,\"[0.75, 0.25]\",\"['no', 'yes']\"", "b,yes,yes,\"[0.5, 0.5]\",\"['no', 'maybe']\"")
    with pytest.raises(EvaluationError, match=r"sealed\.csv\.out line 2: .* is not a list of the classes 'no', 'yes'"):
        answered(s3, columns, *lines)


def test_rows_without_an_answer_are_counted_and_the_first_is_named(s3: Any) -> None:
    found = read(s3, ("predicted_label", "probability"), "a,no,no,nan", "b,yes,,0.75")
    assert found.unanswered is not None
    assert found.unanswered.of(2) == (
        "2 of 2 rows have no answer, the first with key 'a': s3://toy-models/out/sealed.csv.out line 1: 'nan' is not "
        "finite."
    )
    assert found.outcome.predicted == ("no", "")
    scores = scores_of(found.outcome, BINARY)
    assert {score.value for score in scores.values()} == {None}
    assert {score.reason for score in scores.values()} == {"2 of 2 rows have no answer"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("a,no,no,0.5",), "has 1 lines for the 2 rows of holdout sealed."),
        (("b,yes,yes,0.5",), "has 1 lines for the 2 rows of holdout sealed."),
        (("a,no,no,0.5", "b,yes,yes,0.5", "c,no,no,0.5"), "has 3 lines for the 2 rows"),
        (("b,yes,yes,0.5", "a,no,no,0.5"), "line 1 is for key 'b', but the holdout has 'a' there."),
        (("a,no,no,0.5", "b,no,yes,0.5"), "line 2 says the target is 'no', but the holdout has 'yes' there."),
        (("a,no,no", "b,yes,yes"), "line 1 has 3 cells; expected key, target and predicted_label, probability."),
        (("a,no,no,0.5", "b,yes,yes,high"), "line 2: 'high' is not a number."),
    ],
)
def test_lines_that_are_not_the_holdouts_are_refused(s3: Any, lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(EvaluationError, match=re.escape(message)):
        read(s3, ("predicted_label", "probability"), *lines)
