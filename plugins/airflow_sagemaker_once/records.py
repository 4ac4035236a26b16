"""Requests and descriptions, kept in S3 beside the run instead of in XCom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def save(
    s3: Any, folder: str, name: str, what: str, content: Mapping[str, Any], put_as: Mapping[str, Any] | None = None
) -> str:
    """Write one record as ``<folder>/<name>.<what>.json`` and give its URI; times become ISO texts.

    :param folder: S3 URI of the run's records.
    :param put_as: what PutObject gets besides, for a bucket that refuses objects without it.
    """
    bucket, _, prefix = folder.removeprefix("s3://").partition("/")
    key = f"{prefix.rstrip('/')}/{name}.{what}.json".lstrip("/")
    kept = {member: value for member, value in content.items() if member != "ResponseMetadata"}
    body = json.dumps(kept, indent=2, sort_keys=True, default=lambda moment: moment.isoformat())
    s3.put_object(Bucket=bucket, Key=key, Body=body.encode(), ContentType="application/json", **(put_as or {}))
    return f"s3://{bucket}/{key}"
