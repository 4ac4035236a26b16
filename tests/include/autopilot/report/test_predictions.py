"""Probabilities of an answer, whichever container gave them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from include.autopilot.errors import EvaluationError
from include.autopilot.objective import Objective
from include.autopilot.problem import Problem
from include.autopilot.report.metrics import BINARY
from include.autopilot.report.outcome import Classes
from include.autopilot.report.predictions import read_predictions

ROWS = b"a,no,1\nb,yes,2\n"


def answered(s3: Any, columns: tuple[str, ...], *lines: str) -> Classes:
    s3.put_object(Bucket="toy-models", Key="in/sealed.csv", Body=ROWS)
    s3.put_object(Bucket="toy-models", Key="out/sealed.csv.out", Body="\n".join(lines).encode())
    problem = Problem(BINARY, "y", Objective("AUC", "Maximize"), ("no", "yes"), columns)
    plan: Any = SimpleNamespace(
        problem=problem, holdouts=[SimpleNamespace(name="sealed", input="s3://toy-models/in/sealed.csv")]
    )
    (found,) = read_predictions(s3, plan, "s3://toy-models/out")
    assert isinstance(found.outcome, Classes)
    return found.outcome


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
