"""The S3 edge: read, write and list whole objects by address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingObjectError, RetentionError
from include.autopilot.base.locations import parse_uri

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

# User metadata of an S3 object that says where its rows come from, in words.
SOURCE_METADATA = "data-source"
# The most that one DeleteObjects takes.
_AT_ONCE = 1000
# What an object with another ETag than the one that is asked for says comes last.
_MISSING = frozenset({"404", "NoSuchBucket", "NoSuchKey", "NotFound", "412", "PreconditionFailed"})


@dataclass(frozen=True)
class S3Object:
    """One object read whole: its address, its bytes, and where its rows come from (None: nobody said)."""

    uri: str
    body: bytes
    source: str | None


@dataclass(frozen=True)
class Listed:
    """One object as a listing shows it.

    :param etag: S3's mark of the content; it changes whenever the content does.
    :param size: bytes.
    :param modified: when it was written, by S3's clock; None of what was not listed.
    """

    uri: str
    etag: str
    size: int
    modified: datetime | None = None


def read(s3: S3Client, uri: str) -> S3Object:
    """Read one object.

    :raises MissingObjectError: there is no such object or bucket.
    """
    response = open_object(s3, uri)
    return S3Object(uri, response["Body"].read(), response.get("Metadata", {}).get(SOURCE_METADATA))


def source_of(s3: S3Client, uri: str) -> str | None:
    """Return where the rows of an object come from, in words; None: nobody said."""
    bucket, key = parse_uri(uri)
    return s3.head_object(Bucket=bucket, Key=key)["Metadata"].get(SOURCE_METADATA)


def open_object(s3: S3Client, uri: str, etag: str | None = None) -> GetObjectOutputTypeDef:
    """Begin to read one object; its ``Body`` is a stream that the caller closes.

    :param etag: S3's mark of the content that is meant; None: whatever is there.
    :raises MissingObjectError: there is no such object or bucket, or it has another content.
    """
    bucket, key = parse_uri(uri)
    try:
        if etag is None:
            return s3.get_object(Bucket=bucket, Key=key)
        return s3.get_object(Bucket=bucket, Key=key, IfMatch=etag)
    except ClientError as error:
        if _is_missing(error):
            meant = "" if etag is None else f" with the ETag {etag}"
            raise MissingObjectError(f"{uri}{meant} does not exist in S3.") from error
        raise


def is_gone(s3: S3Client, uri: str) -> bool:
    """Whether S3 says that there is no such object or bucket; where it may not be asked, nothing is certain."""
    try:
        return not exists(s3, uri)
    except ClientError:
        return False


def exists(s3: S3Client, uri: str) -> bool:
    """Whether there is such an object.

    :raises ClientError: it may not be asked.
    """
    bucket, key = parse_uri(uri)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if _is_missing(error):
            return False
        raise
    return True


def read_json(s3: S3Client, uri: str) -> Any:
    """Read one JSON object.

    :raises MissingObjectError: there is no such object or bucket.
    """
    return json.loads(read(s3, uri).body)


def write(s3: S3Client, uri: str, body: bytes | str, content_type: str, source: str | None = None) -> str:
    """Write one object and return its address.

    :param source: where the rows come from; kept as user metadata, so it travels with them.
    """
    bucket, key = parse_uri(uri)
    data = body.encode() if isinstance(body, str) else body
    metadata = {} if source is None else {SOURCE_METADATA: source}
    s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type, Metadata=metadata)
    return uri


def write_json(s3: S3Client, uri: str, value: object) -> str:
    """Write one JSON object, readable by a person, and return its address."""
    return write(s3, uri, json_body(value), "application/json")


def json_body(value: object) -> bytes:
    """Return the bytes that JSON objects have in S3; the same value gives the same bytes."""
    return (json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def delete(s3: S3Client, uris: Sequence[str]) -> None:
    """Delete objects of one bucket; those that are gone already count as deleted.

    :raises RetentionError: S3 refuses one; the others are deleted.
    """
    for first in range(0, len(uris), _AT_ONCE):
        some = [parse_uri(uri) for uri in uris[first : first + _AT_ONCE]]
        named: Any = {"Objects": [{"Key": key} for _, key in some], "Quiet": True}
        refused = s3.delete_objects(Bucket=some[0][0], Delete=named).get("Errors", [])
        if refused:
            one = refused[0]
            raise RetentionError(
                f"S3 does not delete {len(refused)} objects, the first s3://{some[0][0]}/{one.get('Key')}: "
                f"{one.get('Code')}: {one.get('Message')}. deploy/iam/retention.json has what it takes; then run the "
                "command again, it goes on where it ended."
            )


def list_uris(s3: S3Client, folder: str) -> list[str]:
    """Return the addresses of all objects in a folder and below, in key order.

    :raises MissingObjectError: there is no such bucket.
    """
    return [found.uri for found in list_objects(s3, folder)]


def list_objects(s3: S3Client, folder: str) -> list[Listed]:
    """Return all objects in a folder and below, in key order.

    :raises MissingObjectError: there is no such bucket.
    """
    bucket, key = parse_uri(folder)
    prefix = f"{key.rstrip('/')}/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    try:
        entries = [entry for page in pages for entry in page.get("Contents", [])]
    except ClientError as error:
        if _is_missing(error):
            raise MissingObjectError(f"The bucket of {folder} does not exist in S3.") from error
        raise
    return [
        Listed(f"s3://{bucket}/{entry['Key']}", entry["ETag"], entry["Size"], entry["LastModified"])
        for entry in entries
    ]


def _is_missing(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in _MISSING
