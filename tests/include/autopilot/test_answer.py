"""What a pipeline is asked to answer with."""

from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.answer import asked_for, columns_of, output_filter
from include.autopilot.errors import TemplateError
from include.autopilot.metrics import BINARY, MULTICLASS, REGRESSION

ALL = "predicted_label,probability,probabilities,labels"


def ensemble(output: str = "predicted_label", supported: str = ALL) -> list[dict[str, Any]]:
    variables = {"SAGEMAKER_INFERENCE_OUTPUT": output, "SAGEMAKER_INFERENCE_SUPPORTED": supported}
    return [{"Image": "autogluon-inference", "Environment": variables}]


def tuned(output: str = "predicted_label") -> list[dict[str, Any]]:
    algorithm, decoder = ensemble(output, "predicted_label,probability,probabilities")[0], ensemble(output)[0]
    decoder["Environment"]["SAGEMAKER_INFERENCE_INPUT"] = output
    return [{"Image": "sagemaker-sklearn-automl", "Environment": {}}, algorithm, decoder]


@pytest.mark.parametrize(
    ("containers", "problem_type", "probabilities", "columns"),
    [
        (tuned(), REGRESSION, False, ("prediction",)),
        (tuned(), BINARY, False, ("predicted_label",)),
        (tuned(), BINARY, True, ("predicted_label", "probability")),
        (tuned("predicted_label, probability"), BINARY, False, ("predicted_label", "probability")),
        (tuned(), MULTICLASS, True, ("predicted_label", "probabilities")),
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
def test_columns(
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
