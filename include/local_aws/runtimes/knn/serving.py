"""Serving k-nearest neighbours: rows in, their predicted labels out, with the neighbours if they are asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.answers import encode, with_keys
from include.local_aws.runtimes.channels import data_format
from include.local_aws.runtimes.csv_numbers import parse_numbers
from include.local_aws.runtimes.invocation import check_size, execution_parameters
from include.local_aws.runtimes.knn.model import Neighbours
from include.local_aws.runtimes.recordio import Matrix, read_records

_JSON, _LINES = "application/json", "application/jsonlines"
_ACCEPTED = (_JSON, _LINES)


@dataclass(frozen=True)
class NeighboursServant:
    """A loaded model."""

    model: Neighbours
    environment: Mapping[str, str]

    def execution_parameters(self) -> dict[str, object]:
        """Answer batch transform."""
        return execution_parameters(self.environment)

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Predict for rows without a label in CSV, JSON, JSON lines or RecordIO-protobuf.

        Answers JSON, or JSON lines; with the parameter `verbose=true` also the distances and labels of the neighbours.

        :raises ClientError: the request is too large, empty, unreadable, of the wrong width or of an unsupported type.
        """
        check_size(body, self.environment)
        wanted = accept if accept not in (None, "", "*/*") else _JSON
        media, _, parameter = str(wanted).replace(" ", "").lower().partition(";")
        if media not in _ACCEPTED:
            raise ClientError(f"{accept} is not an accepted Accept type: ask for {' or '.join(_ACCEPTED)}")
        distances, labels = self.model.search(_parse(body, content_type))
        keys = ("predicted_label", "distances", "labels") if parameter == "verbose=true" else ("predicted_label",)
        told = zip(self.model.predict(labels).tolist(), distances.tolist(), labels.tolist(), strict=True)
        contents = [dict(zip(("predicted_label", "distances", "labels"), row, strict=True)) for row in told]
        return encode(with_keys(contents, keys), media, batch=True)


def _parse(body: bytes, content_type: str) -> Matrix:
    media = content_type.partition(";")[0].strip().lower()
    if media in _ACCEPTED:
        return _from_json(body, lines=media == _LINES)
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
