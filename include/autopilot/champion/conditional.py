"""Conditional writes to S3: of several writers at once exactly one wins, and the others know that they lost.

S3 decides (``If-None-Match: *`` and ``If-Match`` with an ETag); nothing here locks. docs/adr/0013 says what
rests on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.errors import MissingObjectError
from include.autopilot.locations import parse_uri
from include.autopilot.objects import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# 412: the condition does not hold. 409: another write to the key was under way. 404: If-Match, and there is none.
_LOST = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "404", "409", "412"})


@dataclass(frozen=True)
class Stored:
    """A JSON object of S3 with the ETag that a conditional write to it names."""

    content: Any
    etag: str


def read_stored(s3: S3Client, uri: str) -> Stored | None:
    """Read a JSON object with its ETag; None where there is none."""
    try:
        response = open_object(s3, uri)
    except MissingObjectError:
        return None
    return Stored(json.loads(response["Body"].read()), response["ETag"])


def create(s3: S3Client, uri: str, content: Any) -> bool:
    """Write a JSON object where there is none; False where there is one already, which stays as it is."""
    return _put(s3, uri, content, {"IfNoneMatch": "*"})


def replace(s3: S3Client, uri: str, content: Any, before: Stored | None) -> bool:
    """Write a JSON object if it is still what was read; False where somebody else was faster.

    :param before: what was read; None: there was none.
    """
    return _put(s3, uri, content, {"IfMatch": before.etag} if before else {"IfNoneMatch": "*"})


def _put(s3: S3Client, uri: str, content: Any, condition: dict[str, Any]) -> bool:
    bucket, key = parse_uri(uri)
    body = json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=body.encode(), ContentType="application/json", **condition)
    except ClientError as error:
        if error.response["Error"]["Code"] in _LOST:
            return False
        raise
    return True
