"""The rows of a request to one of Amazon's built-in algorithms: CSV, JSON, JSON lines or RecordIO-protobuf."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.channels import data_format
from include.local_aws.runtimes.csv_numbers import parse_numbers
from include.local_aws.runtimes.recordio import Matrix, read_records

JSON, LINES = "application/json", "application/jsonlines"


def request_rows(body: bytes, content_type: str) -> Matrix:
    """Return the rows, which have no label; those of RecordIO-protobuf are ignored.

    :raises ClientError: the type is another one, or the rows cannot be read.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media in (JSON, LINES):
        return _from_json(body, lines=media == LINES)
    kind = data_format(content_type)
    if kind == "csv":
        return parse_numbers(body, "the request")
    if kind == "recordio-protobuf":
        return read_records(body)[0]
    raise ClientError(f"Content type {content_type} is not supported: send CSV, JSON, JSON lines or RecordIO-protobuf")


def _from_json(body: bytes, *, lines: bool) -> Matrix:
    try:
        instances = [json.loads(line) for line in body.splitlines() if line.strip()] if lines else _instances(body)
        return np.array([_features(one) for one in instances], dtype=float).reshape(len(instances), -1)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ClientError(f"the request is not of instances with features, all of one length: {error}") from error


def _instances(body: bytes) -> list[Any]:
    instances: list[Any] = json.loads(body)["instances"]
    return instances


def _features(instance: Mapping[str, Any]) -> Any:
    return instance["features"] if "features" in instance else instance["data"]["features"]["values"]
