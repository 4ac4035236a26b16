from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from include.local_aws import constraints, wire
from include.local_aws.control.plane import OPERATIONS
from include.local_aws.errors import ValidationException
from tests.include.local_aws.jobs import training


def _told(operation: str, request: dict[str, Any]) -> str:
    with pytest.raises(ValidationException) as error:
        constraints.check(operation, request)
    return error.value.message


def test_a_good_request_passes() -> None:
    constraints.check("CreateTrainingJob", training("bucket", "name"))


def test_every_broken_rule_is_listed_as_aws_lists_them() -> None:
    request = training("bucket", "bad name!!")
    request["AlgorithmSpecification"]["TrainingInputMode"] = "Filez"
    assert _told("CreateTrainingJob", request) == (
        "2 validation errors detected: Value 'bad name!!' at 'trainingJobName' failed to satisfy constraint: Member "
        "must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}; Value 'Filez' at "
        "'algorithmSpecification.trainingInputMode' failed to satisfy constraint: Member must satisfy enum value set: "
        "[Pipe, File, FastFile]"
    )


def test_a_missing_member_is_null() -> None:
    request = training("bucket", "name")
    del request["RoleArn"], request["OutputDataConfig"]["S3OutputPath"]
    assert _told("CreateTrainingJob", request) == (
        "2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; "
        "Value null at 'outputDataConfig.s3OutputPath' failed to satisfy constraint: Member must not be null"
    )


def test_positions_in_lists_of_structures_are_counted_from_one() -> None:
    request = training("bucket", "name")
    request["InputDataConfig"][1]["ChannelName"] = "a b"
    told = _told("CreateTrainingJob", request)
    assert told.startswith("1 validation error detected: Value 'a b' at 'inputDataConfig.2.member.channelName' failed")


def test_length_and_value_limits() -> None:
    assert _told("ListTrainingJobs", {"MaxResults": 101}) == (
        "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value "
        "less than or equal to 100"
    )
    assert "Member must have value greater than or equal to 1" in _told("ListTrainingJobs", {"MaxResults": 0})
    assert "Member must have length less than or equal to 63" in _told("ListTrainingJobs", {"NameContains": "a" * 64})
    request = training("bucket", "name", VpcConfig={"SecurityGroupIds": [], "Subnets": ["subnet-1"]})
    assert _told("CreateTrainingJob", request) == (
        "1 validation error detected: Value '[]' at 'vpcConfig.securityGroupIds' failed to satisfy constraint: Member "
        "must have length greater than or equal to 1"
    )


def test_lists_of_words_and_maps_are_told_as_a_whole() -> None:
    request = training("bucket", "name", VpcConfig={"SecurityGroupIds": ["sg-1", "!"], "Subnets": ["subnet-1"]})
    assert _told("CreateTrainingJob", request) == (
        "1 validation error detected: Value '[sg-1, !]' at 'vpcConfig.securityGroupIds' failed to satisfy constraint: "
        "Member must satisfy constraint: [Member must have length less than or equal to 32, Member must have length "
        "greater than or equal to 0, Member must satisfy regular expression pattern: [-0-9a-zA-Z]+]"
    )
    told = _told("CreateTrainingJob", training("bucket", "name", HyperParameters={"eta": "0" * 2501}))
    assert "at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must" in told
    told = _told("CreateTrainingJob", training("bucket", "name", Environment={"1A": "x"}))
    assert "at 'environment' failed to satisfy constraint: Map keys must satisfy constraint: [Member must" in told


@pytest.mark.parametrize("key", ["team", "kosten stelle", "größe_1", "日本", "a.b:c/d=e+f-g@h"])
def test_tag_keys_may_be_in_any_language(key: str) -> None:
    request = {"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m", "Tags": [{"Key": key, "Value": ""}]}
    constraints.check("AddTags", request)


@pytest.mark.parametrize("key", ["a\tb", "a!", "a,b"])
def test_tag_keys_may_not_hold_everything(key: str) -> None:
    request = {"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m", "Tags": [{"Key": key, "Value": ""}]}
    assert "tags.1.member.key" in _told("AddTags", request)


def test_every_pattern_of_an_implemented_operation_can_be_checked() -> None:
    patterns = {pattern for name in OPERATIONS for pattern in _patterns(wire.operation_model(name).input_shape, set())}
    assert len(patterns) >= 40
    for pattern in patterns:
        assert isinstance(constraints._compiled(pattern), re.Pattern), pattern


def _patterns(shape: Shape | None, seen: set[str]) -> set[str]:
    if shape is None or shape.name in seen:
        return set()
    seen.add(shape.name)
    found = {shape.metadata["pattern"]} if "pattern" in shape.metadata else set()
    parts: list[Shape] = []
    if isinstance(shape, StructureShape):
        parts = list(shape.members.values())
    elif isinstance(shape, ListShape):
        parts = [shape.member]
    elif isinstance(shape, MapShape):
        parts = [shape.key, shape.value]
    return found.union(*(_patterns(part, seen) for part in parts))
