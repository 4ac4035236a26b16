from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.answers import encode
from include.local_aws.runtimes.xgboost.responses import select

_BINARY = np.array([0.25, 0.75])
_MULTI = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])


def _answer(predictions: Any, output: str | None, objective: str, accept: str = "text/csv", batch: bool = True) -> str:
    environment = {} if output is None else {"SAGEMAKER_INFERENCE_OUTPUT": output}
    return encode(select(predictions, environment, objective, 3), accept, batch)[0].decode()


@pytest.mark.parametrize(
    ("predictions", "output", "objective", "text"),
    [
        (_BINARY, None, "reg:squarederror", "0.25\n0.75\n"),
        (_MULTI, None, "multi:softprob", "0.5,0.25,0.25\n0.125,0.75,0.125\n"),
        (_BINARY, "predicted_score", "reg:squarederror", "0.25\n0.75\n"),
        (_BINARY, "predicted_label", "binary:logistic", "0\n1\n"),
        (_BINARY, "predicted_label, Probability", "binary:logistic", "0,0.25\n1,0.75\n"),
        (_BINARY, "probabilities", "binary:logistic", '"[0.75, 0.25]"\n"[0.25, 0.75]"\n'),
        (_BINARY, "labels", "binary:logistic", '"[0, 1, 2]"\n' * 2),
        (_MULTI, "predicted_label,probability", "multi:softprob", "0,0.5\n1,0.75\n"),
        (_MULTI, "probabilities", "multi:softprob", '"[0.5, 0.25, 0.25]"\n"[0.125, 0.75, 0.125]"\n'),
        (np.array([2.0]), "predicted_label", "multi:softmax", "2\n"),
        (np.array([-0.5, 0.25]), "predicted_label,raw_score", "binary:logitraw", "0,-0.5\n1,0.25\n"),
    ],
)
def test_csv(predictions: Any, output: str | None, objective: str, text: str) -> None:
    assert _answer(predictions, output, objective) == text


def test_an_endpoint_answers_plain_numbers_in_one_line() -> None:
    assert _answer(_BINARY, None, "reg:squarederror", batch=False) == "0.25,0.75"
    assert _answer(_BINARY, "predicted_label", "binary:logistic", batch=False) == "0\n1\n"


def test_json_and_json_lines() -> None:
    assert json.loads(_answer(_BINARY, None, "reg:squarederror", "application/json")) == {
        "predictions": [{"score": 0.25}, {"score": 0.75}]
    }
    assert json.loads(_answer(_MULTI, "predicted_label", "multi:softprob", "application/json; charset=utf-8")) == {
        "predictions": [{"predicted_label": 0}, {"predicted_label": 1}]
    }
    lines = _answer(_MULTI, None, "multi:softprob", "application/jsonlines").splitlines()
    assert [json.loads(line) for line in lines] == [{"score": row} for row in _MULTI.tolist()]


@pytest.mark.parametrize(
    ("environment", "objective", "message"),
    [
        (
            {"SAGEMAKER_INFERENCE_OUTPUT": "probability"},
            "reg:squarederror",
            (
                "SAGEMAKER_INFERENCE_OUTPUT: 'probability' is not available; with the objective reg:squarederror and "
                "SAGEMAKER_INFERENCE_SUPPORTED None there is predicted_score"
            ),
        ),
        (
            {
                "SAGEMAKER_INFERENCE_OUTPUT": "raw_score",
                "SAGEMAKER_INFERENCE_SUPPORTED": "labels, probability",
            },
            "binary:logistic",
            (
                "SAGEMAKER_INFERENCE_OUTPUT: 'raw_score' is not available; with the objective binary:logistic and "
                "SAGEMAKER_INFERENCE_SUPPORTED labels, probability there is labels, probability"
            ),
        ),
        (
            {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_score"},
            "survival:cox",
            (
                "SAGEMAKER_INFERENCE_OUTPUT: 'predicted_score' is not available; with the objective survival:cox and "
                "SAGEMAKER_INFERENCE_SUPPORTED None there is nothing to select"
            ),
        ),
    ],
)
def test_content_the_model_cannot_give_is_refused(environment: dict[str, str], objective: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        select(_BINARY, environment, objective, 0)
    assert str(caught.value) == message


def test_other_types_are_refused() -> None:
    with pytest.raises(ClientError) as caught:
        _answer(_BINARY, None, "reg:squarederror", "application/x-npy")
    assert str(caught.value) == (
        "application/x-npy is not an accepted Accept type. "
        "Please choose one of the following: text/csv, application/json, application/jsonlines."
    )
