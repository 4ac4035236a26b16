from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from include.local_aws import wire
from include.local_aws.errors import SerializationException, UnknownOperation


def _parse(operation: str, **members: Any) -> dict[str, Any]:
    return wire.parse(operation, json.dumps(members).encode())


def test_timestamps_become_aware_datetimes() -> None:
    parsed = _parse("ListTrainingJobs", CreationTimeAfter=1_700_000_000.5, CreationTimeBefore="2024-01-02T03:04:05Z")
    assert parsed == {
        "CreationTimeAfter": datetime.fromtimestamp(1_700_000_000.5, UTC),
        "CreationTimeBefore": datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
    }


def test_unknown_members_and_nulls_are_ignored() -> None:
    assert _parse("ListTrainingJobs", NoSuchThing=1, MaxResults=None, NameContains="a") == {"NameContains": "a"}


def test_an_empty_body_is_an_empty_request() -> None:
    assert wire.parse("ListTrainingJobs", b"") == {}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"MaxResults": "ten"}, "STRING_VALUE can not be converted to an Integer (MaxResults)."),
        ({"MaxResults": 1.5}, "NUMBER_VALUE can not be converted to an Integer (MaxResults)."),
        ({"NameContains": 1}, "NUMBER_VALUE can not be converted to a String (NameContains)."),
        ({"CreationTimeAfter": "yesterday"}, "'yesterday' can not be converted to a Timestamp (Timestamp)."),
        ({"CreationTimeAfter": True}, "BOOLEAN_VALUE can not be converted to a Float (Timestamp)."),
    ],
)
def test_a_wrong_type_is_told(members: dict[str, Any], message: str) -> None:
    with pytest.raises(SerializationException) as error:
        _parse("ListTrainingJobs", **members)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"HyperParameters": []}, "Start of structure or map expected for HyperParameters."),
        ({"ResourceConfig": 1}, "Start of structure or map expected for ResourceConfig."),
        ({"InputDataConfig": {}}, "Start of list expected for InputDataConfig."),
        ({"EnableNetworkIsolation": "true"}, "STRING_VALUE can not be converted to a Boolean (Boolean)."),
    ],
)
def test_a_wrong_structure_is_told(members: dict[str, Any], message: str) -> None:
    with pytest.raises(SerializationException) as error:
        _parse("CreateTrainingJob", **members)
    assert error.value.message == message


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff"])
def test_a_body_that_is_no_json_object_is_told(body: bytes) -> None:
    with pytest.raises(SerializationException):
        wire.parse("ListTrainingJobs", body)


def test_an_operation_that_does_not_exist_is_told() -> None:
    with pytest.raises(UnknownOperation, match="SageMaker has no operation named 'CreateCoffee'"):
        wire.operation_model("CreateCoffee")


def test_serialising_writes_epoch_seconds_and_leaves_nones_out() -> None:
    moment = datetime(2024, 1, 1, 0, 0, 0, 123_000, tzinfo=UTC)
    body = wire.serialise("DescribeModel", {"ModelName": "m", "CreationTime": moment, "ExecutionRoleArn": None})
    assert json.loads(body) == {"ModelName": "m", "CreationTime": 1704067200.123}


def test_numbers_json_does_not_have_go_out_as_botocore_reads_them() -> None:
    metric = {"MetricName": "m", "Value": float("nan"), "Timestamp": datetime(2024, 1, 1, tzinfo=UTC)}
    body = wire.serialise("DescribeTrainingJob", {"FinalMetricDataList": [metric, {**metric, "Value": -float("inf")}]})
    assert [item["Value"] for item in json.loads(body)["FinalMetricDataList"]] == ["NaN", "-Infinity"]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ({"Coffee": 1}, "has no member Coffee"),
        ({"ModelName": 1}, "DescribeModel.ModelName: ModelName is a string, not 1"),
        ({"EnableNetworkIsolation": 1}, "is a boolean, not 1"),
        ({"CreationTime": datetime(2024, 1, 1)}, "is a timestamp"),  # noqa: DTZ001 - the point of the case
        ({"Containers": [{"Environment": {"A": 1}}]}, "DescribeModel.Containers\\[\\].Environment.A"),
    ],
)
def test_an_answer_the_model_does_not_know_is_a_bug(output: dict[str, Any], message: str) -> None:
    with pytest.raises(wire.WireBug, match=message):
        wire.serialise("DescribeModel", output)


def test_an_operation_that_answers_nothing_answers_nothing() -> None:
    assert wire.serialise("StopTrainingJob", {}) == b""
    with pytest.raises(wire.WireBug, match="answers nothing"):
        wire.serialise("StopTrainingJob", {"x": 1})
