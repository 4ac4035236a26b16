"""Conditional writes to S3: of several writers at once exactly one wins, and the others know that they lost.

S3 decides (``If-None-Match: *`` and ``If-Match`` with an ETag); nothing here locks. docs/adr/0013 says what
rests on it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import parse_uri
from include.autopilot.s3.objects import json_body, open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# 412: the condition does not hold. 404: If-Match, and there is no such object (any more).
_LOST = frozenset({"PreconditionFailed", "NoSuchKey", "404", "412"})
# 409: another write to the key was under way at this moment. It decides nothing, since that write may yet fail or have
# been a deletion: S3 asks for the upload to be sent again, and the answer to that one tells who won.
_CONFLICT = frozenset({"ConditionalRequestConflict", "409"})
_ATTEMPTS = 6
_PAUSE_SECONDS = 0.1  # doubled after every conflict: three seconds in all


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


def write_once(s3: S3Client, uri: str, content: Any) -> bool:
    """Write a JSON object where there is none; False where there is one already, which stays as it is.

    :raises ClientError: it may not be written, or writers to it are in conflict for ever.
    """
    return _put(s3, uri, content, {"IfNoneMatch": "*"})


def replace(s3: S3Client, uri: str, content: Any, before: Stored | None) -> bool:
    """Write a JSON object if it is still what was read; False where somebody else was faster.

    :param before: what was read; None: there was none.
    :raises ClientError: as :func:`write_once`.
    """
    return _put(s3, uri, content, {"IfMatch": before.etag} if before else {"IfNoneMatch": "*"})


def _put(s3: S3Client, uri: str, content: Any, condition: dict[str, Any]) -> bool:
    for attempt in range(_ATTEMPTS):
        try:
            _put_if(s3, uri, content, condition)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _LOST:
                return False
            if code not in _CONFLICT or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_PAUSE_SECONDS * 2**attempt)
        else:
            return True
    raise AssertionError("the last attempt returns or raises")


def _put_if(s3: S3Client, uri: str, content: Any, condition: dict[str, Any]) -> None:
    bucket, key = parse_uri(uri)
    s3.put_object(Bucket=bucket, Key=key, Body=json_body(content), ContentType="application/json", **condition)
