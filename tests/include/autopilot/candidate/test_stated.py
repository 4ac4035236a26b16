from __future__ import annotations

import pytest

from include.autopilot.base.errors import CandidateError
from include.autopilot.base.metrics import BINARY, MULTICLASS, REGRESSION
from include.autopilot.candidate.contract import Schema
from include.autopilot.candidate.stated import labelled

SCHEMA = Schema(("y", "a"), "y", (), ())


def test_classes_stand_in_the_order_stated() -> None:
    assert labelled(SCHEMA, BINARY, ["yes", "no"]).labels == ("yes", "no")
    assert labelled(SCHEMA, MULTICLASS, ["c", "a", "b"], 3).labels == ("c", "a", "b")


@pytest.mark.parametrize(
    ("problem_type", "labels", "count", "message"),
    [
        (BINARY, ["a", "b", "c"], None, "a, b, c, must be 2 different ones for a BinaryClassification"),
        (BINARY, ["a", "a"], None, "must be 2 different ones"),
        (MULTICLASS, ["a"], None, "must be two or more different ones"),
        (MULTICLASS, ["a", "b"], 3, "must be 3 different ones"),
        (REGRESSION, ["a", "b"], None, "a Regression predicts numbers"),
    ],
)
def test_what_cannot_be_the_classes(problem_type: str, labels: list[str], count: int | None, message: str) -> None:
    with pytest.raises(CandidateError, match=message):
        labelled(SCHEMA, problem_type, labels, count)
