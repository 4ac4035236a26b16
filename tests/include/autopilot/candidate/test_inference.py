from __future__ import annotations

import copy
from typing import Any

import pytest

from include.autopilot.base.errors import TemplateError
from include.autopilot.base.metrics import BINARY, MULTICLASS, REGRESSION
from include.autopilot.candidate.inference import asked_for, columns_of, output_filter
from tests.support.vintages import XGBOOST, containers

OLD, NEW = (containers("made-up", year, BINARY, XGBOOST) for year in (2020, 2025))
INPUT, OUTPUT = "SAGEMAKER_INFERENCE_INPUT", "SAGEMAKER_INFERENCE_OUTPUT"
SUPPORTED = "SAGEMAKER_INFERENCE_SUPPORTED"


def with_variable(place: int, name: str, value: str) -> list[dict[str, Any]]:
    """The containers with one variable of one of them changed."""
    changed = copy.deepcopy(NEW)
    changed[place]["Environment"][name] = value
    return changed


@pytest.mark.parametrize(
    ("problem_type", "probabilities", "columns"),
    [
        (REGRESSION, False, ("prediction",)),
        (BINARY, False, ("predicted_label",)),
        (BINARY, True, ("predicted_label", "probability")),
        (MULTICLASS, False, ("predicted_label",)),
        (MULTICLASS, True, ("predicted_label", "probabilities")),
    ],
)
def test_no_more_columns_than_are_needed(problem_type: str, probabilities: bool, columns: tuple[str, ...]) -> None:
    assert columns_of(NEW, problem_type, probabilities) == columns


def test_what_the_template_answers_already_is_enough() -> None:
    told = with_variable(2, OUTPUT, "probability, predicted_label,labels")
    for probabilities in (False, True):
        assert columns_of(told, BINARY, probabilities) == ("probability", "predicted_label", "labels")
    # The probability of one class is not those of all.
    assert columns_of(told, MULTICLASS, True) == ("predicted_label", "probabilities")


@pytest.mark.parametrize("place", [1, 2])
def test_every_container_that_answers_must_be_able_to(place: int) -> None:
    with pytest.raises(TemplateError, match=f"cannot answer with probability: {SUPPORTED} does not list it"):
        columns_of(with_variable(place, SUPPORTED, "predicted_label,probabilities"), BINARY, True)


def test_containers_before_2022_give_labels_only() -> None:
    assert columns_of(OLD, BINARY, False) == ("predicted_label",)
    with pytest.raises(TemplateError, match=r"cannot answer with probability: .*Older candidates give labels only"):
        columns_of(OLD, BINARY, True)


@pytest.mark.parametrize(
    ("told", "columns"), [(NEW, ("predicted_label",)), (OLD, ("predicted_label",)), (NEW, ("prediction",))]
)
def test_containers_that_answer_so_already_stay_as_they_are(told: Any, columns: tuple[str, ...]) -> None:
    asked = asked_for(told, columns)
    assert asked == told
    asked[0]["Environment"]["X"] = "changed"
    assert "X" not in told[0]["Environment"]


def test_the_decoder_is_told_what_the_algorithm_sends() -> None:
    before = copy.deepcopy(NEW)
    asked = asked_for(NEW, ("predicted_label", "probability"))
    both = "predicted_label,probability"
    assert asked[0] == NEW[0]
    assert {name for name in asked[1]["Environment"] if asked[1]["Environment"][name] == both} == {OUTPUT}
    assert {name for name in asked[2]["Environment"] if asked[2]["Environment"][name] == both} == {INPUT, OUTPUT}
    assert asked[2]["Environment"][SUPPORTED] == NEW[2]["Environment"][SUPPORTED]
    assert before == NEW


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("prediction",), "$[0,1,-1]"),
        (("predicted_label", "probability"), "$[0,1,-2,-1]"),
        (("a",) * 3, "$[0,1,-3,-2,-1]"),
    ],
)
def test_key_and_target_stay_beside_the_answer(columns: tuple[str, ...], expected: str) -> None:
    assert output_filter(columns) == expected


ALL = "predicted_label,probability,probabilities,labels"


def ensemble(output: str = "predicted_label", supported: str = ALL) -> list[dict[str, Any]]:
    variables = {"SAGEMAKER_INFERENCE_OUTPUT": output, "SAGEMAKER_INFERENCE_SUPPORTED": supported}
    return [{"Image": "autogluon-inference", "Environment": variables}]


@pytest.mark.parametrize(
    ("containers", "problem_type", "probabilities", "columns"),
    [
        (ensemble(), BINARY, False, ("predicted_label",)),
        (ensemble(), BINARY, True, ("predicted_label", "probabilities", "labels")),
        (ensemble(), MULTICLASS, True, ("predicted_label", "probabilities", "labels")),
        # An ensemble's probability is that of its prediction and would be taken for the positive class's.
        (ensemble("predicted_label,probability"), BINARY, False, ("predicted_label",)),
        (
            ensemble("labels,predicted_label,probabilities"),
            BINARY,
            True,
            ("labels", "predicted_label", "probabilities"),
        ),
    ],
)
def test_columns_of_an_ensemble(
    containers: list[dict[str, Any]], problem_type: str, probabilities: bool, columns: tuple[str, ...]
) -> None:
    assert columns_of(containers, problem_type, probabilities) == columns


def test_an_ensemble_that_cannot_answer_enough() -> None:
    with pytest.raises(TemplateError, match="cannot answer with labels: SAGEMAKER_INFERENCE_SUPPORTED does not list"):
        columns_of(ensemble(supported="predicted_label,probabilities"), BINARY, probabilities=True)


def test_an_ensembles_container_is_asked() -> None:
    before = ensemble("predicted_label,probability")
    (asked,) = asked_for(before, ("predicted_label",))
    assert asked["Environment"]["SAGEMAKER_INFERENCE_OUTPUT"] == "predicted_label"
    assert before == ensemble("predicted_label,probability")
    assert asked_for(before, ("predicted_label", "probability")) == before


def test_the_filter_takes_the_columns_from_the_end() -> None:
    assert output_filter(("predicted_label", "probabilities", "labels")) == "$[0,1,-3,-2,-1]"
