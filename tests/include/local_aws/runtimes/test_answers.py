from __future__ import annotations

import json

import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.answers import Answer, encode, selected_keys, with_keys

OFFERED = ("predicted_label", "probability")


def test_nothing_selected() -> None:
    assert selected_keys({"SAGEMAKER_INFERENCE_SUPPORTED": "probability"}, OFFERED, "a model") is None


def test_the_selected_content_in_the_order_asked_for() -> None:
    keys = selected_keys({"SAGEMAKER_INFERENCE_OUTPUT": "Probability, predicted_label"}, OFFERED, "a model")
    assert keys == ("probability", "predicted_label")
    answer = with_keys([{"predicted_label": 1, "probability": 0.75}], keys)
    assert encode(answer, "text/csv", True) == (b"0.75,1\n", "text/csv")
    body, kind = encode(answer, "application/jsonlines", False)
    assert (json.loads(body), kind) == ({"probability": 0.75, "predicted_label": 1}, "application/jsonlines")


def test_what_is_offered_but_not_supported_is_refused() -> None:
    environment = {"SAGEMAKER_INFERENCE_OUTPUT": "probability", "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label"}
    with pytest.raises(ClientError) as caught:
        selected_keys(environment, OFFERED, "a model")
    assert str(caught.value) == (
        "SAGEMAKER_INFERENCE_OUTPUT: 'probability' is not available; with a model and "
        "SAGEMAKER_INFERENCE_SUPPORTED predicted_label there is predicted_label"
    )


def test_plain_numbers_of_an_endpoint_are_one_line() -> None:
    answer = Answer([[0.25], [0.75]])
    assert encode(answer, "text/csv", False)[0] == b"0.25,0.75"
    assert encode(answer, "text/csv", True)[0] == b"0.25\n0.75\n"
