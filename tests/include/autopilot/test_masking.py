from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.masking import MASK, masked


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD", "api_key", "API-KEY", "apikey", "AccessKeyId", "secret", "github_token", "Credentials", "PRIVATE"],
)
def test_secret_by_its_name(name: str) -> None:
    assert masked({name: "x"}) == {name: MASK}
    assert masked([{"inner": {name: ["x", "y"]}}]) == [{"inner": {name: [MASK, MASK]}}]
    assert masked({"Key": name, "Value": "x"}) == {"Key": name, "Value": MASK}


@pytest.mark.parametrize(
    "value",
    [
        "AKIA" + "A" * 16,
        "key=ASIA" + "B" * 16 + ";",
        "ghp_" + "c" * 30,
        "eyJ" + "d" * 20 + "." + "e" * 20 + ".f",
        "-----BEGIN RSA PRIVATE KEY-----",
        "postgresql://me:word@host/db",
    ],
)
def test_secret_by_itself(value: str) -> None:
    assert masked({"PLAIN": value}) == {"PLAIN": MASK}


@pytest.mark.parametrize(
    "value",
    [
        {"Key": "team", "Value": "fraud"},
        {"EMPTY_SECRET": "", "COUNT": 3, "ON": True, "NONE": None},
        {"Uri": "s3://bucket/key:1", "Image": "1.dkr.ecr.us-east-1.amazonaws.com/a:1", "At": "2024-01-01T00:00:00Z"},
        {"RoleArn": "arn:aws:iam::123456789012:role/R", "KmsKeyId": "alias/k", "objective": "reg:squarederror"},
    ],
)
def test_everything_else_is_shown(value: Any) -> None:
    assert masked(value) == value


def test_the_value_itself_is_left_alone() -> None:
    value = {"TOKEN": "x", "list": [{"PASSWORD": "y"}]}
    masked(value)
    assert value == {"TOKEN": "x", "list": [{"PASSWORD": "y"}]}
