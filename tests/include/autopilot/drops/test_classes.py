from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from include.autopilot.base.errors import RunError
from include.autopilot.candidate.objective import Objective
from include.autopilot.drops.classes import check_holdouts, check_training, labelled, notes_of
from include.autopilot.template.problem import Problem
from tests.support.foretelling import as_ensemble, planned
from tests.support.toy import Toy

NUMBERS = Problem("Regression", "y", Objective("MSE", "Minimize"), (), ("prediction",))
BINARY = Problem("BinaryClassification", "y", Objective("F1", "Maximize"), ("no", "yes"), ("predicted_label",))
UNKNOWN = replace(BINARY, labels=())


def drop(train: dict[str, int], validation: dict[str, int] | None = None) -> Any:
    return SimpleNamespace(train_classes=train, validation_classes=validation or {})


def holdout(name: str, *classes: str) -> Any:
    uri = f"s3://b/holdout/{name}.csv"
    return SimpleNamespace(name=name, uri=uri, classes=Counter(classes))


@pytest.mark.parametrize(
    ("problem", "drops"),
    [
        (BINARY, [drop({"no": 5, "yes": 1})]),
        (BINARY, [drop({"no": 5}), drop({"yes": 1})]),
        (UNKNOWN, [drop({"a": 1, "b": 1})]),
        (NUMBERS, [drop({})]),
    ],
)
def test_all_classes_together_are_enough(problem: Problem, drops: list[Any]) -> None:
    check_training(problem, drops, "toy_search", "reuse")


@pytest.mark.parametrize(
    ("problem", "drops", "message"),
    [
        (BINARY, [drop({"no": 5, "yes": 0})], "The training rows have no row of the class 'yes'; a model trained on"),
        (BINARY, [drop({}, {"no": 1, "yes": 1})], "no row of the class 'no', 'yes'"),
        (UNKNOWN, [drop({"a": 7})], "only the class 'a'; a model trained on them could never predict anything else."),
    ],
)
def test_a_class_without_training_rows_is_refused(problem: Problem, drops: list[Any], message: str) -> None:
    with pytest.raises(RunError) as caught:
        check_training(problem, drops, "toy_search", "reuse")
    assert message in str(caught.value)
    assert "or run toy_search again if the class is gone for good" in str(caught.value)


def test_what_readers_must_know() -> None:
    both = drop({"no": 5, "yes": 5}, {"no": 1, "yes": 1})
    assert notes_of(BINARY, [both], [holdout("sealed", "no", "yes")], "reuse") == ()
    assert notes_of(NUMBERS, [drop({})], [holdout("sealed")], "reuse") == ()
    notes = notes_of(
        BINARY, [drop({"no": 5, "yes": 5}, {"no": 1})], [holdout("sealed", "yes"), holdout("b", "no", "yes")], "reuse"
    )
    assert notes == (
        "No validation row is of the class 'yes': the training's own validation metric ignores it.",
        "Holdout sealed has no row of the class 'no': its metrics say nothing about it.",
    )
    (note, _) = notes_of(UNKNOWN, [drop({"a": 1, "b": 1}, {"a": 1})], [], "reuse")
    assert note.startswith("The candidate does not say which classes it knows")


@pytest.mark.parametrize(
    ("found", "labels"),
    [({"b": 1, "a": 2}, ("a", "b")), ({"10": 1, "9": 1}, ("9", "10")), ({"10": 1, "x": 1}, ("10", "x"))],
)
def test_an_ensemble_learns_the_classes_of_the_rows_it_will_see(
    toy_drops: Toy, found: dict[str, int], labels: tuple[str, ...]
) -> None:
    template, _ = planned(as_ensemble(toy_drops))
    classified = replace(template, problem_type="BinaryClassification")
    assert labelled(classified, [drop({}, found)]).schema.labels == labels
    assert labelled(template, [drop(found)]) == template, "a regression has none"


def test_a_replayed_template_keeps_what_its_candidate_says(toy: Toy) -> None:
    template, _ = planned(toy)
    template = replace(template, problem_type="BinaryClassification")
    assert labelled(template, [drop({"a": 1})]) == template


def test_a_class_on_the_validation_side_alone_is_trained_on_by_a_search_only() -> None:
    used = [drop({"no": 6}, {"no": 2, "yes": 1})]
    check_training(BINARY, used, "m_search", "search_again")
    with pytest.raises(RunError, match="The training rows have no row of the class 'yes'"):
        check_training(BINARY, used, "m_search", "reuse")


def test_one_class_alone_teaches_nothing() -> None:
    problem = replace(BINARY, labels=("no",))
    with pytest.raises(RunError, match="The training rows have only the class 'no'"):
        check_training(problem, [drop({"no": 6}, {"no": 3})], "m_search", "search_again")


def test_a_holdout_with_a_class_of_its_own_is_refused() -> None:
    check_holdouts(BINARY, [holdout("sealed", "no", "yes", "no")])
    check_holdouts(replace(BINARY, labels=()), [holdout("sealed", "maybe")])
    with pytest.raises(RunError) as caught:
        check_holdouts(BINARY, [holdout("sealed", "no", "maybe")])
    assert str(caught.value) == (
        "Holdout sealed has the class 'maybe', which no row to train on has (they have 'no', 'yes'), so no model could "
        "predict it. Correct s3://b/holdout/sealed.csv, or take more drops (scope full, a later cutoff)."
    )
    with pytest.raises(RunError, match=r"recent has the class 'maybe'.* judge while they are new: set gate\.judge_on"):
        check_holdouts(BINARY, [holdout("recent", "no", "maybe")])


def test_the_side_that_a_search_splits_anew_is_nothing_to_note() -> None:
    used = [drop({"no": 3, "yes": 3}, {"no": 3})]
    (note,) = notes_of(BINARY, used, [holdout("sealed", "no", "yes")], "reuse")
    assert note.startswith("No validation row is of the class 'yes'")
    assert notes_of(BINARY, used, [holdout("sealed", "no", "yes")], "search_again") == ()
    (note,) = notes_of(BINARY, used, [holdout("sealed", "no")], "search_again")
    assert note == "Holdout sealed has no row of the class 'yes': its metrics say nothing about it."
