"""Whether S3 still holds what a record says was there: the same, changed or gone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from include.autopilot.base.digest import LENGTH, of_json
from include.autopilot.base.errors import MissingObjectError
from include.autopilot.s3.objects import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

State = Literal["same", "changed", "gone"]


def state_of_file(s3: S3Client, uri: str, digest: str) -> State:
    """Compare a file of any size with its SHA-256.

    :param digest: all of it, 64 hexadecimal digits, or the first of them, as digests of this package have.
    """
    try:
        return _state(_sha256(s3, uri)[: len(digest)], digest)
    except MissingObjectError:
        return "gone"


def state_of_drop(s3: S3Client, files: Sequence[str], digest: str) -> State:
    """Compare the files of a drop with its digest, which is that of the files' digests in order."""
    try:
        return _state(of_json([_sha256(s3, uri)[:LENGTH] for uri in files]), digest)
    except MissingObjectError:
        return "gone"


def _sha256(s3: S3Client, uri: str) -> str:
    found = hashlib.sha256()
    for part in open_object(s3, uri)["Body"].iter_chunks():
        found.update(part)
    return found.hexdigest()


def _state(found: str, expected: str) -> State:
    return "same" if found == expected else "changed"
