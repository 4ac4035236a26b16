"""A bucket's policy on encryption is heeded as S3 heeds it, by whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.include.local_aws.jobs import client
from tests.support.bucketpolicies import KEY, KMS, NOT_THE_KEY, SSE, WITH_KEY, WITHOUT_HEADER, deny

NOT_KMS = {"StringNotEquals": {SSE: "aws:kms"}}
NOT_THE_KEY_IF_ANY = {"StringNotEqualsIfExists": {f"{SSE}-aws-kms-key-id": KEY}}
OTHER_THAN_KMS = {"Null": {SSE: "false"}, "StringNotEquals": {SSE: "aws:kms"}}
NEITHER = {"StringNotLike": {SSE: ["aws:kms*", "AES256"]}}

PLAIN: dict[str, Any] = {}
AES = {"ServerSideEncryption": "AES256"}


def takes(s3: Any, bucket: str, **said: Any) -> bool:
    try:
        s3.put_object(Bucket=bucket, Key="a/b[1].csv", Body=b"x" * 5000, **said)
    except ClientError as error:
        if "explicit deny" not in str(error):
            raise
        return False
    return True


@pytest.fixture
def s3(aws: str) -> Any:
    return client(aws, "s3")


@pytest.mark.parametrize(
    ("conditions", "taken"),
    [
        ([WITHOUT_HEADER], [AES, KMS, WITH_KEY]),
        ([NOT_KMS], [KMS, WITH_KEY]),
        ([WITHOUT_HEADER, NOT_KMS], [KMS, WITH_KEY]),
        ([NOT_THE_KEY], [WITH_KEY]),
        ([NOT_THE_KEY_IF_ANY], [WITH_KEY]),
        ([OTHER_THAN_KMS], [PLAIN, KMS, WITH_KEY]),
        ([NEITHER], [AES, KMS, WITH_KEY]),
        # Not about encryption, or about more than it: kept and not heeded.
        ([{"Bool": {"aws:SecureTransport": "false"}}], [PLAIN, AES, KMS, WITH_KEY]),
        ([{**WITHOUT_HEADER, "StringEquals": {"aws:PrincipalAccount": "1"}}], [PLAIN, AES, KMS, WITH_KEY]),
    ],
)
def test_a_denial_is_heeded(s3: Any, conditions: list[dict[str, Any]], taken: list[dict[str, str]]) -> None:
    bucket = deny(s3, *conditions)
    assert [said for said in (PLAIN, AES, KMS, WITH_KEY) if takes(s3, bucket, **said)] == taken


@pytest.mark.parametrize(
    ("action", "resource", "principal", "heeded"),
    [
        ("s3:*", "/*", "*", True),
        (["s3:GetObject", "s3:Put*"], "/a/*", {"AWS": "*"}, True),
        ("*", "*", {"AWS": ["*"]}, True),
        ("s3:GetObject", "/*", "*", False),
        ("s3:PutObject", "/other/*", "*", False),
        ("s3:PutObject", "/*", {"AWS": "arn:aws:iam::123456789012:role/somebody"}, False),
    ],
)
def test_only_what_it_is_about(s3: Any, action: Any, resource: str, principal: Any, heeded: bool) -> None:
    bucket = deny(s3, WITHOUT_HEADER, action=action, resource=resource, Principal=principal)
    assert takes(s3, bucket) is not heeded


def test_multipart_uploads_and_copies_are_asked_too(s3: Any) -> None:
    bucket = deny(s3, WITHOUT_HEADER)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.create_multipart_upload(Bucket=bucket, Key="big")
    begun = s3.create_multipart_upload(Bucket=bucket, Key="big", **KMS)["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="big", UploadId=begun, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=begun, MultipartUpload=parts)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "big"})
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "big"}, **AES)
    s3.put_object_tagging(Bucket=bucket, Key="copy", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_object(Bucket=bucket, Key="copy")


def test_a_denial_without_conditions_is_one_whatever_is_said(s3: Any) -> None:
    bucket = deny(s3, {}, resource="/locked/*")
    assert takes(s3, bucket)
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket=bucket, Key="locked/x", Body=b"", **KMS)


def test_without_a_policy_any_more_everything_is_taken(s3: Any) -> None:
    bucket = deny(s3, WITHOUT_HEADER)
    assert not takes(s3, bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    assert takes(s3, bucket)
