"""Everything that is written says how it is encrypted, in a bucket that takes nothing else."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.base.errors import WriteDeniedError
from include.autopilot.s3.conditional import write_once
from include.autopilot.s3.encryption import Encryption, encrypting
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.s3.writer import PART, ObjectWriter
from include.autopilot.settings.config import parse_model
from tests.include.local_aws.jobs import client
from tests.support.bucketpolicies import KEY, NOT_THE_KEY, WITHOUT_HEADER, deny
from tests.support.toy import YAML

WITH_KEY = Encryption("aws:kms", KEY)


@pytest.fixture
def there(aws: str) -> Any:
    """A client of the embedded S3."""
    return client(aws, "s3")


def written_in_every_way(s3: Any, bucket: str) -> list[str]:
    """Write by every way that the package has; gives the keys."""
    place = f"s3://{bucket}/toy"
    write_json(s3, f"{place}/whole.json", {"a": 1})
    write_once(s3, f"{place}/once.json", {"a": 1})
    small, large = ObjectWriter(s3, f"{place}/small", "text/csv"), ObjectWriter(s3, f"{place}/large", "text/csv")
    small.write(b"x")
    small.finish()
    large.write(b"x" * PART)
    large.write(b"y")
    large.finish()
    s3.upload_fileobj(io.BytesIO(b"x" * PART), bucket, "toy/uploaded", ExtraArgs={"ContentType": "text/csv"})
    s3.copy_object(Bucket=bucket, Key="toy/copied", CopySource={"Bucket": bucket, "Key": "toy/small"})
    s3.copy({"Bucket": bucket, "Key": "toy/uploaded"}, bucket, "toy/copied-in-parts")
    return [f"toy/{name}" for name in ("whole.json", "once.json", "small", "large", "uploaded", "copied")]


@pytest.mark.parametrize(
    ("encryption", "told"),
    [
        (Encryption("AES256"), ("AES256", None)),
        (Encryption("aws:kms"), ("aws:kms", None)),
        (WITH_KEY, ("aws:kms", KEY)),
        (Encryption("aws:kms", "alias/lab", bucket_key=True), ("aws:kms", "alias/lab")),
    ],
)
def test_every_write_says_it(there: Any, encryption: Encryption, told: tuple[str, str | None]) -> None:
    bucket = deny(there, WITHOUT_HEADER)
    keys = written_in_every_way(encrypting(there, encryption, "toy"), bucket)
    for key in keys:
        head = there.head_object(Bucket=bucket, Key=key)
        assert (head["ServerSideEncryption"], head.get("SSEKMSKeyId")) == told, key
    # moto forgets it of uploads in parts.
    assert there.head_object(Bucket=bucket, Key=keys[0]).get("BucketKeyEnabled") is encryption.bucket_key
    assert read_json(there, f"s3://{bucket}/toy/whole.json") == {"a": 1}


def test_a_bucket_that_demands_one_key_gets_it(there: Any) -> None:
    bucket = deny(there, WITHOUT_HEADER, NOT_THE_KEY)
    assert written_in_every_way(encrypting(there, WITH_KEY, "toy"), bucket)


def test_what_a_request_says_itself_counts(there: Any) -> None:
    bucket = deny(there, WITHOUT_HEADER)
    encrypting(there, WITH_KEY, "toy").put_object(Bucket=bucket, Key="own", ServerSideEncryption="AES256")
    head = there.head_object(Bucket=bucket, Key="own")
    assert (head["ServerSideEncryption"], head.get("SSEKMSKeyId")) == ("AES256", None)


@pytest.mark.parametrize("write", ["put", "multipart", "upload", "copy", "once"])
def test_a_denied_write_without_encryption_names_bucket_key_and_file(there: Any, write: str) -> None:
    bucket = deny(there, WITHOUT_HEADER)
    there.put_object(Bucket=bucket, Key="before", ServerSideEncryption="AES256")
    s3 = encrypting(there, None, "toy")
    ways = {
        "put": lambda: write_json(s3, f"s3://{bucket}/toy/x", 1),
        "multipart": lambda: ObjectWriter(s3, f"s3://{bucket}/toy/x", "text/csv").write(b"x" * PART),
        "upload": lambda: s3.upload_fileobj(io.BytesIO(b"x" * PART), bucket, "toy/x"),
        "copy": lambda: s3.copy_object(Bucket=bucket, Key="toy/x", CopySource={"Bucket": bucket, "Key": "before"}),
        "once": lambda: write_once(s3, f"s3://{bucket}/toy/x", 1),
    }
    with pytest.raises(WriteDeniedError) as refused:
        ways[write]()
    assert f"s3://{bucket}/toy/x" in str(refused.value)
    assert f"the bucket {bucket} asks for one, set the key encryption in toy.yaml" in str(refused.value)


def test_another_key_than_the_bucket_demands_is_named(there: Any) -> None:
    bucket = deny(there, NOT_THE_KEY)
    with pytest.raises(WriteDeniedError, match=r"aws:kms with the key alias/other, as the key encryption in toy\.yaml"):
        write_json(encrypting(there, Encryption("aws:kms", "alias/other"), "toy"), f"s3://{bucket}/x", 1)


def test_other_refusals_stay_what_they_are(there: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        write_json(encrypting(there, WITH_KEY, "toy"), "s3://there-is-no-such-bucket/x", 1)


def test_the_yaml_says_it() -> None:
    assert parse_model(YAML, "toy.yaml").encryption is None
    written = f"{YAML}encryption:\n  sse: aws:kms\n  kms_key: {KEY}\n  bucket_key: true\n"
    assert parse_model(written, "toy.yaml").encryption == Encryption("aws:kms", KEY, bucket_key=True)
