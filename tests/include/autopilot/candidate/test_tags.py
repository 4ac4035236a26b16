from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.candidate.tags import carried_tags, read_tags
from tests.support.toy import AUTOML_JOB, Toy

ARN = f"arn:aws:sagemaker:us-east-1:123456789012:automl-job/{AUTOML_JOB}"


def tag(key: str, value: Any = "v") -> dict[str, Any]:
    return {"Key": key, "Value": value}


def test_amazons_and_our_own_tags_stay_behind() -> None:
    told = [tag("team"), tag("aws:cloudformation:stack"), tag("airflow-autopilot:run"), tag("AWS:x"), tag("", "x")]
    assert carried_tags(told) == [tag("team")]
    assert carried_tags([tag("b"), tag("a", ""), tag("c", None)]) == [tag("a", ""), tag("b"), tag("c", "")]


def test_all_pages_are_read(searched: Toy) -> None:
    searched.sagemaker.responses[f"ListTags.{AUTOML_JOB}"] = [{"Tags": [tag("a")]}, {"Tags": [tag("b")]}]
    found = read_tags(searched.sagemaker, [("search", ARN)])  # type: ignore[arg-type]
    assert found.carried == {"search": [tag("a"), tag("b")]}
    assert found.warning is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("AccessDeniedException", "ListTags was refused (AccessDeniedException)"),
        ("ResourceNotFound", "it does not exist any more"),
    ],
)
def test_tags_that_cannot_be_read_are_told(searched: Toy, code: str, reason: str) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "ListTags")

    searched.sagemaker.list_tags = refuse  # type: ignore[method-assign, assignment]
    found = read_tags(searched.sagemaker, [("search", ARN), ("fit", None)])  # type: ignore[arg-type]
    assert found.carried == {}
    assert found.warning == f"The tags of search, fit are not carried over: {reason}, its address is not known."


def test_a_fault_is_no_refusal(searched: Toy) -> None:
    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "ListTags")

    searched.sagemaker.list_tags = fail  # type: ignore[method-assign, assignment]
    with pytest.raises(ClientError, match="ThrottlingException"):
        read_tags(searched.sagemaker, [("search", ARN)])  # type: ignore[arg-type]
