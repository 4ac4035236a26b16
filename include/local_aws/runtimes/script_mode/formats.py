"""The formats that a script's model is asked in and answers in without functions of its own: npy, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError

NPY, CSV, JSON = "application/x-npy", "text/csv", "application/json"
TEXTS = (CSV, JSON)
_UNSUPPORTED = (
    "Content type {} is not supported by this framework. Please implement input_fn to deserialize the request data or "
    "an output_fn to serialize the response."
)


def decode(body: bytes | str, content_type: str) -> NDArray[Any]:
    """Return the array that a request holds; of CSV and JSON a body that is text already will do.

    :raises ClientError: another type, or a body that is not of its type.
    """
    if content_type == NPY:
        reader: Any = _from_npy
    elif content_type in TEXTS:
        reader = _from_csv if content_type == CSV else _from_json
        body = body if isinstance(body, str) else body.decode("utf-8", "replace")
    else:
        raise ClientError(_UNSUPPORTED.format(content_type))
    try:
        array: NDArray[Any] = reader(body)
    except (ValueError, TypeError, OSError, EOFError, csv.Error, RecursionError) as error:
        raise ClientError(f"Error while decoding {content_type}: {error}") from error
    return array


def encode(values: Any, accept: str) -> bytes:
    """Return predictions as `accept` asks.

    :raises ClientError: for another type than the three.
    """
    if accept == NPY:
        buffer = io.BytesIO()
        np.save(buffer, values)
        return buffer.getvalue()
    if accept == JSON:
        return json.dumps(values, default=_plain).encode()
    if accept == CSV:
        return _csv(np.array(values))
    raise ClientError(_UNSUPPORTED.format(accept))


def _from_npy(body: bytes) -> NDArray[Any]:
    # AWS's containers would also unpickle; a request that brings a program is none of ours.
    array: NDArray[Any] = np.load(io.BytesIO(body), allow_pickle=False)
    return array


def _from_csv(text: str) -> NDArray[Any]:
    return np.array([row for row in csv.reader(io.StringIO(text), strict=True) if row])


def _from_json(text: str) -> NDArray[Any]:
    return np.array(json.loads(text))


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _csv(array: NDArray[Any]) -> bytes:
    rows = array.reshape(-1, 1) if array.ndim < 2 else array
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows.tolist())
    return buffer.getvalue().encode()
