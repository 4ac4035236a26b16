from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from include.autopilot.base.errors import MissingResourceError
from include.autopilot.candidate.descriptions import describe


def stubbed(code: str, message: str) -> Any:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    client = boto3.client("sagemaker", region_name="us-east-1", **keys)  # type: ignore[call-overload]
    stubber = Stubber(client)
    stubber.add_client_error("describe_model", code, message, http_status_code=400)
    stubber.activate()
    return client


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ValidationException", 'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/m".'),
        ("ValidationException", "Requested resource not found."),
        ("ResourceNotFound", "anything"),
    ],
)
def test_what_does_not_exist(code: str, message: str) -> None:
    with pytest.raises(MissingResourceError, match="Model m does not exist in this account and region"):
        describe(stubbed(code, message), "Model", "m")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ValidationException", "1 validation error detected: Value 'm_' at 'modelName' failed to satisfy constraint"),
        ("ThrottlingException", "Rate exceeded"),
        ("AccessDeniedException", "not authorized"),
    ],
)
def test_other_errors_are_not_read_as_absence(code: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        describe(stubbed(code, message), "Model", "m")
    assert caught.value.response["Error"]["Code"] == code


def test_the_responses_own_metadata_goes(sagemaker: Any) -> None:
    name = sagemaker.only("DescribeModel")["ModelName"]
    found = describe(sagemaker, "Model", name)
    assert found["ModelName"] == name
    assert "ResponseMetadata" not in found
