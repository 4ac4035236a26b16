"""Whatever a body holds, SageMaker's answer is AWS's 400, never a 500."""

from __future__ import annotations

import http.client
import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.local_aws import wire
from include.local_aws.constraints import check
from include.local_aws.errors import SerializationException, ValidationException
from include.local_aws.json_body import read_object
from tests.include.local_aws.jobs import Clients

_DEEP = 100_000
_BODIES = {
    "1e400": b'{"MaxResults": 1e400}',
    "-1e400": b'{"MaxResults": -1e400}',
    "-1": b'{"MaxResults": -1}',
    "0": b'{"MaxResults": 0}',
    "1.5": b'{"MaxResults": 1.5}',
    "text": b'{"MaxResults": "5"}',
    "nan": b'{"MaxResults": NaN}',
    "infinity": b'{"MaxResults": Infinity}',
    "-infinity": b'{"CreationTimeAfter": -Infinity}',
    "true": b'{"MaxResults": true}',
    "2**31": b'{"MaxResults": 2147483648}',
    "10**300": b'{"MaxResults": 1' + b"0" * 300 + b"}",
    "10**5000": b'{"MaxResults": 1' + b"0" * 5000 + b"}",
    "1e308": b'{"MaxResults": 1e308}',
    "a time without end": b'{"CreationTimeAfter": 1e400}',
    "a time that is too late": b'{"CreationTimeAfter": 1e20}',
    "a time of many digits": b'{"CreationTimeAfter": 1' + b"0" * 400 + b"}",
    "a time before time": b'{"CreationTimeAfter": "0001-01-01T00:00:00+23:59"}',
    "deep list": b'{"x": ' + b"[" * _DEEP + b"]" * _DEEP + b"}",
    "deep object": b'{"x":' * _DEEP + b"1" + b"}" * _DEEP,
    "deep, not closed": b"[" * _DEEP,
    "as deep as can be parsed": b'{"x": ' + b"[" * 400 + b"]" * 400 + b"}",
    "no utf-8": b'{"NameContains": "\xff"}',
    "utf-16": '{"MaxResults": 1}'.encode("utf-16"),
    "half a character": b'{"NameContains": "\\ud800"}',
    "half a character as a name": b'{"\\ud800": 1}',
    "NUL": b'{"NameContains": "a\\u0000"}',
    "twice": b'{"MaxResults": 1, "MaxResults": 2}',
    "twice inside": b'{"x": [{"a": 1, "a": 1}]}',
    "list": b"[]",
    "number": b"1",
    "null": b"null",
    "string": b'"x"',
    "nothing but space": b" ",
    "broken": b"{",
    "two": b"{}{}",
    "a token that is none": b'{"NextToken": "x"}',
    "a token that is deep": b'{"NextToken": "' + b"W1tb" * 2000 + b'"}',
}


def _post(url: str, body: bytes, target: str, **headers: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        sent = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target, **headers}
        connection.request("POST", "/", body, sent)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize("name", _BODIES)
def test_a_wrong_body_is_refused_as_aws_does(clients: Clients, name: str) -> None:
    status, told = _post(clients.url, _BODIES[name], "SageMaker.ListTrainingJobs")
    if name == "a time before time":
        assert (status, told) == (200, {**told, "TrainingJobSummaries": told["TrainingJobSummaries"]})
        return
    assert status == 400, told
    assert told["__type"] in {"SerializationException", "ValidationException"}
    assert told["message"]


@pytest.mark.parametrize("service", ["logs", "sqs"])
@pytest.mark.parametrize("name", ["deep list", "1e400", "no utf-8", "twice", "list", "broken"])
def test_what_moto_serves_is_read_as_strictly(clients: Clients, service: str, name: str) -> None:
    scope = (
        f"AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
    target = {"logs": "Logs_20140328.DescribeLogGroups", "sqs": "AmazonSQS.ListQueues"}[service]
    status, told = _post(clients.url, _BODIES[name], target, Authorization=scope)
    assert (status, told["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "+1", "0x1"])
def test_a_length_that_is_none_is_refused(clients: Clients, length: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(clients.url).netloc, timeout=20)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert wire.parse("ListTrainingJobs", b'{"MaxResults": 10.0}') == {"MaxResults": 10}


def test_messages_say_what_is_wrong() -> None:
    for name, said in (
        ("1e400", "NUMBER_VALUE is out of range"),
        ("nan", "NaN is no JSON"),
        ("deep list", "nested more than 100 levels deep"),
        ("as deep as can be parsed", "nested more than 100 levels deep"),
        ("twice", "The member 'MaxResults' is there twice"),
        ("half a character", "half a character"),
    ):
        with pytest.raises(SerializationException, match=said):
            read_object(_BODIES[name])


_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(codec=None), max_size=5),
    st.sampled_from([10**40, 2**31, -(2**63), 1e308, "s3://b/x", "\x00", "\ud800"]),
)  # fmt: skip
_MEMBERS = sorted(wire.operation_model("CreateTrainingJob").input_shape.members)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["S3Uri", "Key"]), inner)
)


@given(st.dictionaries(st.sampled_from(_MEMBERS), _VALUES, max_size=4))
def test_any_request_is_parsed_or_refused(request: dict[str, Any]) -> None:
    with suppress(SerializationException, ValidationException):
        check("CreateTrainingJob", wire.parse("CreateTrainingJob", json.dumps(request).encode()))
