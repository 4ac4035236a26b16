"""Requests that are broken by their form get AWS's refusal: never a page of HTML, and no 500, which boto3 repeats."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from include.local_aws.moto_answers import MalformedXML, refusal_of
from tests.include.local_aws.jobs import Clients, unique

_SETTINGS = ["tagging", "lifecycle", "encryption", "notification", "publicAccessBlock", "ownershipControls", "acl"]


def _ask(clients: Clients, method: str, path: str, body: bytes = b"", service: str = "s3", **headers: str) -> str:
    """Return the status and the body of an answer."""
    connection = http.client.HTTPConnection(urlsplit(clients.url).netloc, timeout=20)
    scope = (
        f"AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, {"Authorization": scope, **named})
    answer = connection.getresponse()
    told = f"{answer.status} {answer.read().decode()}"
    connection.close()
    return told


@pytest.mark.parametrize("setting", _SETTINGS)
@pytest.mark.parametrize("body", [b"<x", b"{}", b'<!DOCTYPE l [<!ENTITY a "b">]><a>&a;</a>'])
def test_a_setting_that_is_no_xml(clients: Clients, bucket: str, setting: str, body: bytes) -> None:
    told = _ask(clients, "PUT", f"/{bucket}?{setting}", body)
    assert told.startswith("400 ")
    assert "<Code>MalformedXML</Code>" in told
    assert "The XML you provided was not well-formed or did not validate against our published schema" in told


@pytest.mark.parametrize(
    "name", ["Upper", "under_score", "a..b", "192.168.0.1", "xn--a", "a--x-s3", "-a-", "ab.", "b", "b" * 64]
)
def test_a_bucket_that_may_not_have_its_name(clients: Clients, name: str) -> None:
    told = _ask(clients, "PUT", f"/{name}")
    assert told.startswith("400 ")
    assert "<Code>InvalidBucketName</Code>" in told
    assert name not in [one["Name"] for one in clients.s3.list_buckets()["Buckets"]]


def test_objects_to_delete_that_are_no_xml(clients: Clients, bucket: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="kept", Body=b"x")
    bodies = (b"<x", b"", b'<!DOCTYPE l [<!ENTITY a "kept">]><Delete><Object><Key>&a;</Key></Object></Delete>')
    for body in bodies:
        assert "<Code>MalformedXML</Code>" in _ask(clients, "POST", f"/{bucket}?delete", body)
    assert clients.s3.head_object(Bucket=bucket, Key="kept")


def test_a_bucket_made_with_no_xml(clients: Clients) -> None:
    name = unique("bucket")
    assert "<Code>MalformedXML</Code>" in _ask(clients, "PUT", f"/{name}", b"<x")
    assert name not in [found["Name"] for found in clients.s3.list_buckets()["Buckets"]]


def test_methods_that_mean_nothing(clients: Clients, bucket: str) -> None:
    for method, path in (("POST", f"/{bucket}/key"), ("PROPFIND", f"/{bucket}/key"), ("FOO", "/")):
        told = _ask(clients, method, path)
        assert told.startswith("405 ")
        assert "<Code>MethodNotAllowed</Code>" in told


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_a_key_with_a_line_break_is_refused_in_s3s_form(clients: Clients, bucket: str, method: str) -> None:
    told = _ask(clients, method, f"/{bucket}/a%0Ab")
    assert told.startswith("501 ")
    assert "<Code>NotImplemented</Code>" in told
    assert f"{method} &apos;/{bucket}/a\\nb&apos;" in told.replace("'", "&apos;")


@pytest.mark.parametrize("service", ["sqs", "sns", "iam", "sts"])
def test_an_operation_that_does_not_exist(clients: Clients, service: str) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    told = _ask(clients, "POST", "/", b"Action=Foo", service, **form)
    assert told.startswith("400 ")
    assert "<Code>InvalidAction</Code><Message>Could not find operation Foo.</Message>" in told


def test_an_object_is_no_document() -> None:
    assert refusal_of(ValueError("read of closed file"), None) is None
    assert refusal_of(RuntimeError("a defect"), MalformedXML) is None


@pytest.mark.parametrize(
    ("service", "action"), [("sns", "Subscribe&TopicArn=reports"), ("sts", "AssumeRole"), ("iam", "ListRoles&Marker=x")]
)
def test_parameters_that_mean_nothing(clients: Clients, service: str, action: str) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    told = _ask(clients, "POST", "/", f"Action={action}".encode(), service, **form)
    assert told.startswith("400 ")
    assert "<Code>ValidationError</Code><Message>A parameter is missing or is not what AWS documents (" in told


def test_members_that_are_missing(clients: Clients) -> None:
    json = {"Content_Type": "application/x-amz-json-1.1", "X_Amz_Target": "Logs_20140328.CreateLogGroup"}
    told = _ask(clients, "POST", "/", b"{}", "logs", **json)
    assert told.startswith("400 ")
    assert '"__type": "ValidationException"' in told
