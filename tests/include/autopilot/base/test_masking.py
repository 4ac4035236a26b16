"""One list of secrets, by name and by form, in every shape in which a value can come; and what has to stay readable."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from include.autopilot.base.masking import MASK, masked
from tests.support.secrets import FORMS, HARMLESS, HARMLESS_NAMED, NAMED


@pytest.mark.parametrize("name", NAMED)
def test_secret_by_its_name(name: str) -> None:
    assert masked({name: "x"}) == {name: MASK}
    assert masked([{"inner": {name: ["x", "y"]}}]) == [{"inner": {name: [MASK, MASK]}}]
    assert masked({"Key": name, "Value": "x"}) == {"Key": name, "Value": MASK}
    assert masked({"name": name, "value": "x", "more": "m"}) == {"name": name, "value": MASK, "more": "m"}
    assert masked([f"--{name}", "x", "y"]) == [f"--{name}", MASK, "y"]
    assert masked("x", name) == MASK
    assert masked({"ENV": json.dumps({name: "x", "n": 1})}) == {"ENV": json.dumps({name: MASK, "n": 1})}


@pytest.mark.parametrize(("value", "secret"), FORMS)
def test_secret_by_itself(value: str, secret: str) -> None:
    for shown in (
        masked(value),
        masked({"PLAIN": value}),
        masked([value]),
        masked(f"It failed: {value}\nand went on"),
        masked({"reason": f"Value '{value}' at 'environment' is too long"}),
        masked({"ENV": json.dumps({"a": [value], "b": json.dumps({"c": value})})}),
        masked({value: 1}),
    ):
        assert secret not in json.dumps(shown, ensure_ascii=False).replace("\\\\", "\\")


@pytest.mark.parametrize(
    "value",
    ["AKIA" + "A" * 16, "key=ASIA" + "B" * 16 + ";", "ghp_" + "c" * 30, "postgresql://me:word@host/db"],
)
def test_a_value_without_a_gap_is_masked_as_a_whole(value: str) -> None:
    assert masked({"PLAIN": value}) == {"PLAIN": MASK}


def test_of_running_text_the_secret_alone_is_masked() -> None:
    said = "row 3: could not reach postgresql://user:word@host/db with DB_PWD=hunter2, rounds=5"
    assert masked(said) == "row 3: could not reach postgresql://user:***@host/db with DB_PWD=***, rounds=5"
    block = "before\n-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----\nafter"
    assert masked(block) == "before\n***\nafter"


@pytest.mark.parametrize("name", HARMLESS_NAMED)
def test_names_that_only_look_secret(name: str) -> None:
    value = HARMLESS_NAMED[name]
    for whole in ({name: value}, {"Key": name, "Value": value}, f"{name}={value}", json.dumps({name: value})):
        assert masked(whole) == whole


@pytest.mark.parametrize("value", HARMLESS)
def test_texts_that_only_look_secret(value: str) -> None:
    assert masked(value) == value
    assert masked({"PLAIN": value}) == {"PLAIN": value}


@pytest.mark.parametrize(
    "value",
    [
        {"Key": "team", "Value": "fraud"},
        {"EMPTY_SECRET": "", "COUNT": 3, "ON": True, "NONE": None, "max_tokens": 512, "use_password": True},
        {"Uri": "s3://bucket/key:1", "Image": "1.dkr.ecr.us-east-1.amazonaws.com/a:1", "At": "2024-01-01T00:00:00Z"},
        {"RoleArn": "arn:aws:iam::123456789012:role/R", "KmsKeyId": "alias/k", "objective": "reg:squarederror"},
    ],
)
def test_everything_else_is_shown(value: Any) -> None:
    assert masked(value) == value


def test_a_number_may_be_a_password() -> None:
    assert masked({"DB_PWD": 123456, "rounds": 3}) == {"DB_PWD": MASK, "rounds": 3}


def test_what_is_below_a_secret_name_is_secret() -> None:
    assert masked({"credentials": {"user": "u", "value": "x"}}) == {"credentials": {"user": MASK, "value": MASK}}


def test_the_value_itself_is_left_alone() -> None:
    value = {"TOKEN": "x", "list": [{"PASSWORD": "y"}]}
    masked(value)
    assert value == {"TOKEN": "x", "list": [{"PASSWORD": "y"}]}


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "[" * 900 + "]" * 900], ids=["lists", "objects", "closed"]
)
def test_json_nested_deeper_than_python_goes_is_a_text(text: str) -> None:
    assert masked({"ENV": text}) == {"ENV": text}


@pytest.mark.parametrize(
    "piece",
    [
        "eyJhbGciOi-", "eyJaaaaaaaa.", "a://b:", "://a:", "https://a@", "AKIA", "sk-proj-", "SG.", "ghp", "xox-",
        "password=", 'password="', "password='\"", "password=arn:aws", "password=a,", '\\"password\\":\\"', "token=",
        "-----BEGIN ", "-----BEGIN RSA PRIVATE KEY-----", "Bearer ", "--password ", "hooks.slack.com/", "1:AA", "a,",
        "_-", "DB_", "abcdefgh", "=", "\\", '"', "[", '{"password": "', "AAA/", "x y=", "-", "sig=",
        "password ", "<password>", 'key="password" value="', "-u a:", "-u=", "identified by '", "jdbc:oracle:a:",
        "a/b@", "https://x/hooks/", "https://a/?key=", "Cookie: a=b; ", 'cookie: a="', "password: |\n ", "1//0",
        "dp.pt.", "a.atlasv1.", "password        ", "?key=", "secret_",
        "Value '", "' at 'password'", "LS0tLS1CRUdJTi", "-user=a",
    ],
)  # fmt: skip
def test_four_times_the_text_takes_about_four_times_the_time(piece: str) -> None:
    """A pattern that reads a text again from each of its places would take sixteen times the time."""
    short, long = (piece * (size // len(piece)) for size in (8_000, 32_000))
    # Other processes only ever add to it.
    assert any(_seconds(long) < 9 * max(_seconds(short), 0.005) for _ in range(5))


def _seconds(text: str) -> float:
    begun = time.process_time()
    masked({"ENV": text})
    return time.process_time() - begun


def test_a_name_that_json_says_twice_hides_nothing_behind_the_second() -> None:
    assert "AKIAIOSFODNN7EXAMPLE" not in masked('{"note": "AKIAIOSFODNN7EXAMPLE", "note": "x"}')
    assert "hunter2" not in masked('{"password": "hunter2", "password": ""}')


def test_half_a_character_does_not_break_what_is_written() -> None:
    shown = masked(r'{"password": "hunter2", "a": "\ud800"}')
    assert shown.encode() == rb'{"password": "***", "a": "\ud800"}'


def test_bytes_and_sets_are_masked_like_texts_and_lists() -> None:
    shown = masked({"PASSWORD": b"hunter2", "NOTES": {"AKIAIOSFODNN7EXAMPLE"}, "PLAIN": b"x"})
    assert shown == {"PASSWORD": "***", "NOTES": ["***"], "PLAIN": "x"}
