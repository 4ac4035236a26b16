"""Classes that are missing where they are needed, counted before anything is paid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.classes import check_holdouts, check_training, notes_of
from include.autopilot.errors import RunError
from include.autopilot.holdouts import Holdout
from include.autopilot.metrics import BINARY
from include.autopilot.objective import Objective
from include.autopilot.preparation import Prepared
from include.autopilot.problem import Problem
from include.autopilot.table import Table

PROBLEM = Problem(BINARY, "y", Objective("F1", "Maximize"), ("no", "yes"), ("predicted_label",))


def prepared(train: dict[str, int], validation: dict[str, int]) -> Prepared:
    return Prepared("d", "p", "s3://b/f", ("train/chunk_0.csv",), 9, 6, 3, 0, 0, (), None, train, validation)


def holdout(*classes: str) -> Holdout:
    table = Table("sealed.csv", len(classes), tuple(("k", "l") for _ in classes), 0, (), classes)
    return Holdout("sealed", "s3://b/holdout/sealed.csv", "h", None, table)


def test_a_class_on_the_validation_side_alone_is_trained_on_by_a_search_only() -> None:
    used = [prepared({"no": 6}, {"no": 2, "yes": 1})]
    check_training(PROBLEM, used, "m_search", "search_again")
    with pytest.raises(RunError, match="The training rows have no row of the class 'yes'"):
        check_training(PROBLEM, used, "m_search", "reuse")


def test_one_class_alone_teaches_nothing() -> None:
    problem = replace(PROBLEM, labels=("no",))
    with pytest.raises(RunError, match="The training rows have only the class 'no'"):
        check_training(problem, [prepared({"no": 6}, {"no": 3})], "m_search", "search_again")


def test_a_holdout_with_a_class_of_its_own_is_refused() -> None:
    check_holdouts(PROBLEM, [holdout("no", "yes", "no")])
    check_holdouts(replace(PROBLEM, labels=()), [holdout("maybe")])
    with pytest.raises(RunError) as caught:
        check_holdouts(PROBLEM, [holdout("no", "maybe")])
    assert str(caught.value) == (
        "Holdout sealed has the class 'maybe', which no row to train on has (they have 'no', 'yes'), so no model could "
        "predict it. Correct s3://b/holdout/sealed.csv, or take more drops (scope full, a later cutoff)."
    )


def test_the_side_that_a_search_splits_anew_is_nothing_to_note() -> None:
    used = [prepared({"no": 3, "yes": 3}, {"no": 3})]
    (note,) = notes_of(PROBLEM, used, [holdout("no", "yes")], "reuse")
    assert note.startswith("No validation row is of the class 'yes'")
    assert notes_of(PROBLEM, used, [holdout("no", "yes")], "search_again") == ()
    (note,) = notes_of(PROBLEM, used, [holdout("no")], "search_again")
    assert note == "Holdout sealed has no row of the class 'yes': its metrics say nothing about it."
