"""A training channel as examples: the files of a folder (File, FastFile) or the bytes of a FIFO (Pipe).

Layout and settings follow SageMaker's training toolkit: `input/data/<channel>/` or `input/data/<channel>_0` under
`/opt/ml`, described by `input/config/inputdataconfig.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.datasets import load_svmlight_file

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.csv_numbers import parse_numbers
from include.local_aws.runtimes.recordio import Matrix, RecordIOError, read_records

# The names XGBoost's container accepts for each format; a channel without a ContentType is LIBSVM there.
_FORMATS = {
    "csv": "csv",
    "text/csv": "csv",
    "libsvm": "libsvm",
    "text/libsvm": "libsvm",
    "text/x-libsvm": "libsvm",
    "recordio-protobuf": "recordio-protobuf",
    "application/x-recordio-protobuf": "recordio-protobuf",
}


@dataclass(frozen=True)
class Examples:
    """Rows to learn from: `features` (rows by columns, dense or CSR), `labels` and, if asked for, `weights` per row."""

    features: Matrix
    labels: NDArray[Any]
    weights: NDArray[Any] | None = None

    @property
    def rows(self) -> int:
        """The number of examples."""
        return int(self.features.shape[0])

    @property
    def columns(self) -> int:
        """The number of features."""
        return int(self.features.shape[1])

    def take(self, rows: NDArray[np.int64]) -> Examples:
        """Return the examples at these row numbers, in their order."""
        weights = None if self.weights is None else self.weights[rows]
        return Examples(self.features[rows], self.labels[rows], weights)


def read_channel(opt_ml: Path, name: str, csv_weights: bool = False, default: str = "text/libsvm") -> Examples | None:
    """Read the channel `name`, or return None if the job has no such channel.

    CSV has no header and the label in column 0 (the weight in column 1 with `csv_weights`); files are read in the order
    of their paths; names that start with `.` or `_` are skipped.

    :param default: what a channel without a ContentType is.
    :raises ClientError: an unsupported ContentType or mode, no data, or unreadable data, naming file and row.
    """
    config = channel_config(opt_ml).get(name)
    if config is None:
        return None
    kind = data_format(config.get("ContentType", default))
    if config.get("RecordWrapperType", "None") not in ("None", None):
        raise ClientError(f"channel {name}: RecordWrapperType {config['RecordWrapperType']} is not supported, use None")
    piped = config.get("TrainingInputMode") == "Pipe"
    if piped and kind == "libsvm":
        raise ClientError("Pipe mode not supported for LibSVM.")
    sources = _pipe(opt_ml, name) if piped else _files(opt_ml, name)
    parts = [_PARSERS[kind](data, where, csv_weights) for where, data in sources if data.strip()]
    if not parts:
        raise ClientError(f"No data in {name} channel path {opt_ml / 'input' / 'data' / name}")
    return _joined(parts, name)


def channel_config(opt_ml: Path) -> dict[str, dict[str, str]]:
    """Return `inputdataconfig.json`: channel name -> its settings (empty if the job has no channels)."""
    path = opt_ml / "input" / "config" / "inputdataconfig.json"
    config: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return config


def data_format(content_type: str | None) -> str:
    """Return `csv`, `libsvm` or `recordio-protobuf` for a ContentType; its parameters are checked.

    :raises ClientError: another type, or CSV with a label_size other than 1.
    """
    if content_type is None:
        return "libsvm"
    header = Message()
    header["content-type"] = content_type
    media, *parameters = header.get_params(failobj=[])
    kind = _FORMATS.get(media[0].lower())
    if kind is None:
        raise ClientError(f"{content_type} is not an accepted ContentType: {', '.join(sorted(_FORMATS))}.")
    if kind == "csv" and dict(parameters).get("label_size", "1") != "1":
        raise ClientError(
            f"{content_type} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
        )
    return kind


def _pipe(opt_ml: Path, name: str) -> Iterator[tuple[str, bytes]]:
    # One epoch is enough: everything is kept in memory.
    yield f"channel {name}", (opt_ml / "input" / "data" / f"{name}_0").read_bytes()


def _files(opt_ml: Path, name: str) -> Iterator[tuple[str, bytes]]:
    folder = opt_ml / "input" / "data" / name
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith((".", "_")):
            yield f"{name}/{path.relative_to(folder)}", path.read_bytes()


def _parse_csv(data: bytes, where: str, weights: bool) -> Examples:
    table = parse_numbers(data, where)
    first = 2 if weights else 1
    if table.shape[1] <= first:
        raise ClientError(f"{where} has {table.shape[1]} columns: the label and at least one feature are needed")
    return Examples(table[:, first:], table[:, 0], table[:, 1] if weights else None)


def _parse_recordio(data: bytes, where: str, _weights: bool) -> Examples:
    try:
        features, labels = read_records(data)
    except RecordIOError as error:
        raise ClientError(f"{where}: {error}") from error
    if labels is None:
        raise ClientError(f"{where}: the records have no label")
    return Examples(features, labels)


def parse_libsvm(data: bytes, where: str) -> tuple[Matrix, NDArray[Any]]:
    """Parse LIBSVM lines (`label index:value ...`, indices from 0) into a CSR matrix and its labels.

    :raises ClientError: a line is malformed.
    """
    try:
        features, labels = load_svmlight_file(BytesIO(data), zero_based=True)
    except ValueError as error:
        raise ClientError(f"{where} is not LIBSVM: {error}") from error
    return features, labels


def _parse_libsvm(data: bytes, where: str, _weights: bool) -> Examples:
    return Examples(*parse_libsvm(data, where))


_PARSERS: dict[str, Callable[[bytes, str, bool], Examples]] = {
    "csv": _parse_csv,
    "libsvm": _parse_libsvm,
    "recordio-protobuf": _parse_recordio,
}


def stack(parts: list[Matrix]) -> Matrix:
    """Put matrices below each other; the result is CSR if any of them is sparse."""
    if not any(sparse.issparse(part) for part in parts):
        return np.vstack(parts)
    return sparse.vstack([sparse.csr_matrix(part) for part in parts], format="csr")


def _joined(parts: list[Examples], name: str) -> Examples:
    widths = sorted({part.features.shape[1] for part in parts})
    if len(widths) > 1 and not all(sparse.issparse(part.features) for part in parts):
        raise ClientError(f"the files of channel {name} have different numbers of columns: {widths}")
    weights = [part.weights for part in parts if part.weights is not None]
    return Examples(
        stack([widened(part.features, widths[-1]) for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate(weights) if weights else None,
    )


def merged(first: Examples, second: Examples | None) -> Examples:
    """Put two sets of examples below each other; weights are kept if both have them."""
    if second is None:
        return first
    weights = None
    if first.weights is not None and second.weights is not None:
        weights = np.concatenate([first.weights, second.weights])
    labels = np.concatenate([first.labels, second.labels])
    return Examples(stack([first.features, second.features]), labels, weights)


def widened(features: Matrix, columns: int) -> Matrix:
    """Return `features` with empty columns added up to `columns`: LIBSVM files end at their own last feature."""
    if features.shape[1] == columns:
        return features
    return sparse.csr_matrix((features.data, features.indices, features.indptr), shape=(features.shape[0], columns))
