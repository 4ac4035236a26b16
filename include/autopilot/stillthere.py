"""Whether S3 still holds what a record says was there: the same, changed or gone."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from include.autopilot.digest import of_bytes
from include.autopilot.drops import Drop, read_drop
from include.autopilot.errors import MissingObjectError
from include.autopilot.objects import open_object, read

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

State = Literal["same", "changed", "gone"]


def state_of_file(s3: S3Client, uri: str, sha256: str) -> State:
    """Compare a file of any size with its SHA-256, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    try:
        body = open_object(s3, uri)["Body"]
    except MissingObjectError:
        return "gone"
    for part in body.iter_chunks():
        digest.update(part)
    return _state(digest.hexdigest(), sha256)


def state_of_holdout(s3: S3Client, uri: str, digest: str) -> State:
    """Compare a holdout's file with its digest."""
    try:
        return _state(of_bytes(read(s3, uri).body), digest)
    except MissingObjectError:
        return "gone"


def state_of_drop(s3: S3Client, recorded: dict[str, Any]) -> State:
    """Compare the files of a drop, as the ledger names them, with the digest that stands there."""
    drop = Drop(date.fromisoformat(recorded["date"]), tuple(recorded["files"]))
    try:
        return _state(read_drop(s3, drop).digest, recorded["digest"])
    except MissingObjectError:
        return "gone"


def _state(found: str, expected: str) -> State:
    return "same" if found == expected else "changed"
