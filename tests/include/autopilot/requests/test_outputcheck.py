"""A bucket that takes what the package writes and not what jobs write is found before a job is paid for."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from include.autopilot.requests.asking import answers
from include.autopilot.requests.outputcheck import outputs
from include.autopilot.requests.preview import Foretold
from include.autopilot.s3.encryption import Encryption, encrypting
from tests.include.local_aws.jobs import client
from tests.support.bucketpolicies import KEY, NOT_THE_KEY, WITHOUT_HEADER, deny

ONLY_AES = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}


def job(key: str | None) -> Foretold:
    output = {"S3OutputPath": "s3://b/x", **({"KmsKeyId": key} if key else {})}
    return Foretold("train", "TrainingJob", {"OutputDataConfig": output}, {})


def results(s3: Any, bucket: str, keys: list[str | None], sse: str | None) -> list[str]:
    asked = outputs(s3, [*map(job, keys), Foretold("create_model", "Model", {}, {})], f"s3://{bucket}/runs/r", sse)
    return [f"{one.result} {one.what.rpartition(' ')[2]}" for one in answers(asked)]


@pytest.mark.parametrize(
    ("condition", "keys", "sse", "expected"),
    [
        (WITHOUT_HEADER, [None, None], "AES256", ["ok own"]),
        (ONLY_AES, [None], "AES256", ["missing own"]),
        (NOT_THE_KEY, [KEY, "alias/templates"], "aws:kms", [f"ok {KEY}", "missing alias/templates"]),
        (NOT_THE_KEY, ["alias/templates"], None, ["missing alias/templates"]),
        (NOT_THE_KEY, [None], None, []),
    ],
)
def test_each_key_that_jobs_write_with_is_tried(
    aws: str, condition: dict[str, Any], keys: list[str | None], sse: str | None, expected: list[str]
) -> None:
    s3 = client(aws, "s3")
    bucket = deny(s3, condition)
    encrypting(s3, Encryption("AES256") if sse == "AES256" else None, "toy")
    assert results(s3, bucket, keys, sse) == expected


def test_the_detail_names_bucket_and_key(aws: str) -> None:
    s3 = client(aws, "s3")
    bucket = deny(s3, ONLY_AES)
    (found,) = answers(outputs(s3, [job(None)], f"s3://{bucket}/runs/r", "AES256"))
    assert f"the policy of the bucket {bucket} denies it" in found.detail
    assert "encryption.kms_key" in found.detail


def test_a_role_that_may_not_use_the_key_proves_nothing(aws: str) -> None:
    s3 = client(aws, "s3")
    with Stubber(s3) as stub:
        stub.add_client_error("put_object", "AccessDenied", "User is not authorized to perform: kms:GenerateDataKey")
        assert results(s3, "b", [KEY], None) == [f"unknown {KEY}"]
