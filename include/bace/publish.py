"""Puts the drops and holdouts of one cut into S3, where the DAGs look for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations, parse_uri
from include.autopilot.s3.objects import read, write
from include.bace.cut import Cut
from include.bace.errors import BaceError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NO_REGION = "us-east-1"  # the one region that must not be named when a bucket is created


@dataclass(frozen=True)
class Published:
    """One object under the root: its address, its rows, and whether it had to be written."""

    uri: str
    rows: int
    written: bool


def publish(s3: S3Client, root: str, cut: Cut, data_source: str, until: date | None = None) -> list[Published]:
    """Write the holdouts and the drops up to a date; an object that already holds the same stays untouched.

    :param root: ``s3://bucket/prefix``; the bucket is created if it does not exist.
    :param data_source: where the rows come from, kept as user metadata of every object.
    :param until: the last drop to write; None writes all. Later drops that are already there stay.
    :raises BaceError: the root is no S3 address, or its bucket belongs to someone else.
    """
    try:
        bucket, _ = parse_uri(root)
    except ValueError as error:
        raise BaceError(f"{error}: give one with --root") from error
    _ensure_bucket(s3, bucket)
    return [_put(s3, uri, rows, data_source) for uri, rows in _objects(Locations(root.rstrip("/")), cut, until)]


def _objects(locations: Locations, cut: Cut, until: date | None) -> Iterator[tuple[str, pd.DataFrame]]:
    for name, rows in cut.holdouts.items():
        yield locations.holdout(name), rows
    for day, rows in cut.drops.items():
        if until is None or day <= until:
            yield f"{locations.drops}/{day:%Y-%m-%d}/bace.csv", rows


def _put(s3: S3Client, uri: str, rows: pd.DataFrame, data_source: str) -> Published:
    body = rows.to_csv(index=False, lineterminator="\n").encode()
    try:
        present = read(s3, uri)
    except MissingObjectError:
        present = None
    # Rewriting the same bytes would look like a new delivery to whoever watches the bucket.
    same = present is not None and (present.body, present.source) == (body, data_source)
    if not same:
        write(s3, uri, body, "text/csv", data_source)
    return Published(uri, len(rows), written=not same)


def _ensure_bucket(s3: S3Client, bucket: str) -> None:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        # The answer to HEAD has no body, so the code is the HTTP status.
        code = error.response["Error"]["Code"]
        if code not in {"404", "NoSuchBucket"}:
            raise BaceError(f"bucket {bucket} cannot be used (HTTP {code}): is it yours, in this region?") from error
    else:
        return
    if s3.meta.region_name == _NO_REGION:
        s3.create_bucket(Bucket=bucket)
    else:
        place = {"LocationConstraint": s3.meta.region_name}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)  # type: ignore[arg-type]  # an enum of regions
