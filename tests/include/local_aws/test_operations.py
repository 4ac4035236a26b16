from __future__ import annotations

import io
from typing import Any

import pytest

from include.local_aws.operations import calls_runtime, operation_of


def environ(method: str, path: str, **more: Any) -> dict[str, Any]:
    path, _, query = path.partition("?")
    return {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, **more}


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/", "ListBuckets"),
        ("PUT", "/b", "CreateBucket"),
        ("GET", "/b", "ListObjects"),
        ("GET", "/b/", "ListObjects"),
        ("GET", "/b?list-type=2&prefix=a", "ListObjectsV2"),
        ("GET", "/b?location", "GetBucketLocation"),
        ("POST", "/b?delete", "DeleteObjects"),
        ("GET", "/b/a/k", "GetObject"),
        ("GET", "/b/a/k?x-id=GetObject", "GetObject"),
        ("GET", "/b/k?tagging", "GetObjectTagging"),
        ("HEAD", "/b/k", "HeadObject"),
        ("HEAD", "/b", "HeadBucket"),
        ("PUT", "/b/k", "PutObject"),
        ("PUT", "/b/k?partNumber=1&uploadId=x", "UploadPart"),
        ("POST", "/b/k?uploads", "CreateMultipartUpload"),
        ("POST", "/b/k?uploadId=x", "CompleteMultipartUpload"),
        ("DELETE", "/b/k?uploadId=x", "AbortMultipartUpload"),
        ("DELETE", "/b/k", "DeleteObject"),
        ("PATCH", "/b/k", "Unknown"),
    ],
)
def test_s3(method: str, path: str, operation: str) -> None:
    assert operation_of("s3", environ(method, path)) == f"s3.{operation}"


def test_a_header_makes_a_put_a_copy() -> None:
    copied = {"HTTP_X_AMZ_COPY_SOURCE": "b/other"}
    assert operation_of("s3", environ("PUT", "/b/k", **copied)) == "s3.CopyObject"
    assert operation_of("s3", environ("PUT", "/b/k?partNumber=1&uploadId=x", **copied)) == "s3.UploadPartCopy"


def test_json_services_name_it_in_a_header() -> None:
    target = environ("POST", "/", HTTP_X_AMZ_TARGET="Logs_20140328.GetLogEvents")
    assert operation_of("logs", target) == "logs.GetLogEvents"


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "/endpoints/e/invocations", "InvokeEndpoint"),
        ("POST", "/endpoints/e/async-invocations", "InvokeEndpointAsync"),
        ("POST", "/endpoints/e/invocations-response-stream", "InvokeEndpointWithResponseStream"),
        ("GET", "/endpoints/e/invocations", "Unknown"),
        ("POST", "/endpoints//invocations", "Unknown"),
        ("POST", "/endpoints/e", "Unknown"),
    ],
)
def test_the_runtime_has_paths(method: str, path: str, operation: str) -> None:
    assert operation_of("sagemaker-runtime", environ(method, path)) == f"sagemaker-runtime.{operation}"
    assert calls_runtime(environ(method, path))
    assert not calls_runtime(environ(method, "/"))


def test_query_services_name_it_in_the_form_which_is_left_to_read() -> None:
    form = b"Action=GetCallerIdentity&Version=2011-06-15"
    posted = environ(
        "POST",
        "/",
        CONTENT_TYPE="application/x-www-form-urlencoded; charset=utf-8",
        CONTENT_LENGTH=str(len(form)),
        **{"wsgi.input": io.BytesIO(form)},
    )
    assert operation_of("sts", posted) == "sts.GetCallerIdentity"
    assert posted["wsgi.input"].read() == form
    assert operation_of("sts", environ("GET", "/")) == "sts.Unknown"
