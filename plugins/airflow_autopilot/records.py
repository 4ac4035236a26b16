"""Full requests and descriptions, kept in S3 beside the run instead of in XCom; and what may be logged of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_SECRET = re.compile(r"secret|password|passwd|token|credential|private|api_?key|access_?key", re.IGNORECASE)
_NAMED_VALUES = ("Environment", "HyperParameters")


def masked(value: Any, named: bool = False) -> Any:
    """Give a copy in which environment values and hyperparameters whose names look secret are ``***``."""
    if isinstance(value, Mapping):
        return {
            key: "***" if named and _SECRET.search(key) else masked(inner, key in _NAMED_VALUES)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [masked(inner, named) for inner in value]
    return value


def save(s3: Any, folder: str, name: str, what: str, content: Mapping[str, Any]) -> str:
    """Write one record as ``<folder>/<name>.<what>.json`` and give its URI; times become ISO texts.

    :param folder: S3 URI of the run's records.
    """
    bucket, _, prefix = folder.removeprefix("s3://").partition("/")
    key = f"{prefix.rstrip('/')}/{name}.{what}.json".lstrip("/")
    kept = {member: value for member, value in content.items() if member != "ResponseMetadata"}
    body = json.dumps(kept, indent=2, sort_keys=True, default=lambda moment: moment.isoformat())
    s3.put_object(Bucket=bucket, Key=key, Body=body.encode(), ContentType="application/json")
    return f"s3://{bucket}/{key}"
