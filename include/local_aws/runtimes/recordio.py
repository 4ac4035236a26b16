"""RecordIO-protobuf (`application/x-recordio-protobuf`): matrices and labels to bytes and back.

A file is a row of frames: the magic word 0xCED7230A, the length of the record, the record, zeros up to a multiple of
four bytes; both words little-endian. The records' own bytes are `record_proto`'s business.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.record_proto import ProtobufError, Tensor, decode_record, encode_record

CONTENT_TYPE = "application/x-recordio-protobuf"
MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")
# The three bits above the length say whether the frame is a whole record, 0.
_LENGTH_BITS = 29

# A dense array or a SciPy sparse matrix; SciPy ships no types, so this can only be a word for the reader.
Matrix: TypeAlias = Any


class RecordIOError(ClientError):
    """The bytes are not RecordIO-protobuf; the message says at which record and byte."""


@dataclass(frozen=True)
class Frame:
    """One record as it stands in a file: its number from 1, the byte it starts at, its whole frame and its payload."""

    number: int
    offset: int
    frame: bytes
    payload: bytes


def write_records(features: Matrix, labels: NDArray[Any] | None = None) -> bytes:
    """Encode a matrix, one record per row, with its labels if given.

    :param features: rows by columns, dense or SciPy sparse, of float32, float64 or int32; a sparse matrix
        becomes sparse records that keep exactly its stored entries.
    :param labels: one number per row.
    :raises RecordIOError: shapes do not fit, or the numbers are of another type.
    """
    rows = features.shape[0]
    if features.ndim != 2 or (labels is not None and labels.shape != (rows,)):
        shape = None if labels is None else labels.shape
        raise RecordIOError(f"features must be a matrix and labels one number per row: {features.shape}, {shape}")
    matrix = features.tocsr() if sparse.issparse(features) else features
    try:
        return b"".join(_frame(encode_record(_row(matrix, row), _label(labels, row))) for row in range(rows))
    except ProtobufError as error:
        raise RecordIOError(str(error)) from error


def read_records(data: bytes) -> tuple[Matrix, NDArray[Any] | None]:
    """Decode `data` into a matrix (CSR if any record is sparse) and its labels (None if no record has one).

    Numbers keep their type (the widest one if records differ).

    :raises RecordIOError: cut off, damaged, empty, or records that do not fit together.
    """
    features: list[Tensor] = []
    labels: list[NDArray[Any]] = []
    width = None
    for frame in split_frames(data):
        tensor, label = _decoded(frame)
        columns = _columns(tensor, frame)
        if width not in (None, columns):
            raise RecordIOError(f"{_place(frame)} has {columns} columns, those before it have {width}")
        width = columns
        features.append(tensor)
        if label is not None:
            labels.append(_scalar(label, frame))
        if labels and len(labels) != frame.number:
            raise RecordIOError(f"{_place(frame)}: either every record has a label or none has")
    if width is None:
        raise RecordIOError("no records: the RecordIO data is empty")
    return _matrix(features, width), np.concatenate(labels) if labels else None


def split_frames(data: bytes) -> Iterator[Frame]:
    """Split `data` at its frames without looking into the records.

    :raises RecordIOError: the magic word is missing or a frame is cut off.
    """
    offset, number = 0, 0
    while offset < len(data):
        number += 1
        place = f"record {number} at byte {offset}"
        if len(data) - offset < _HEADER.size:
            raise RecordIOError(f"{place}: the header is cut off after {len(data) - offset} of {_HEADER.size} bytes")
        magic, word = _HEADER.unpack_from(data, offset)
        if magic != MAGIC:
            raise RecordIOError(f"{place}: expected the RecordIO magic number 0x{MAGIC:08X}, found 0x{magic:08X}")
        if word >> _LENGTH_BITS:
            raise RecordIOError(f"{place}: a part of a record; one that is split into several frames is not read")
        length = word
        start = offset + _HEADER.size
        end = start + length + -length % 4
        if end > len(data):
            raise RecordIOError(
                f"{place}: the record and its padding take {end - start} bytes, {len(data) - start} are left"
            )
        yield Frame(number, offset, data[offset:end], data[start : start + length])
        offset = end


def _frame(payload: bytes) -> bytes:
    return _HEADER.pack(MAGIC, len(payload)) + payload + bytes(-len(payload) % 4)


def _row(matrix: Matrix, row: int) -> Tensor:
    if not sparse.issparse(matrix):
        return Tensor(np.ascontiguousarray(matrix[row]))
    entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return Tensor(matrix.data[entries], matrix.indices[entries].astype(np.uint64), (matrix.shape[1],))


def _label(labels: NDArray[Any] | None, row: int) -> Tensor | None:
    return None if labels is None else Tensor(labels[row : row + 1])


def _place(frame: Frame) -> str:
    return f"record {frame.number} at byte {frame.offset}"


def _decoded(frame: Frame) -> tuple[Tensor, Tensor | None]:
    try:
        return decode_record(frame.payload)
    except ProtobufError as error:
        raise RecordIOError(f"{_place(frame)}: {error}") from error


def _columns(tensor: Tensor, frame: Frame) -> int:
    size = int(np.prod(tensor.shape, dtype=np.int64)) if tensor.shape else None
    if tensor.keys is None:
        if size not in (None, tensor.values.size) and tensor.values.size:
            raise RecordIOError(f"{_place(frame)} has {tensor.values.size} values, its shape says {size}")
        return int(tensor.values.size) if size is None else size
    if size is None:
        raise RecordIOError(f"{_place(frame)} is sparse but does not give its shape")
    if tensor.keys.size != tensor.values.size:
        raise RecordIOError(f"{_place(frame)} has {tensor.keys.size} keys for {tensor.values.size} values")
    if tensor.keys.size and int(tensor.keys.max()) >= size:
        raise RecordIOError(f"{_place(frame)} has the key {int(tensor.keys.max())}, its shape ends at {size}")
    return size


def _scalar(label: Tensor, frame: Frame) -> NDArray[Any]:
    if label.values.size != 1:
        raise RecordIOError(f"{_place(frame)} has {label.values.size} labels, one is expected")
    return label.values


def _matrix(rows: list[Tensor], width: int) -> Matrix:
    if all(_is_dense(row, width) for row in rows):
        return np.vstack([row.values for row in rows])
    keys = [np.arange(width) if _is_dense(row, width) else _keys(row) for row in rows]
    ends = np.cumsum([0, *(len(row) for row in keys)])
    values = np.concatenate([row.values for row in rows])
    return sparse.csr_matrix((values, np.concatenate(keys), ends), shape=(len(rows), width))


def _is_dense(row: Tensor, width: int) -> bool:
    # A sparse row without entries has no keys on the wire: only its shape tells it from an empty dense row.
    return row.keys is None and row.values.size == width


def _keys(row: Tensor) -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64) if row.keys is None else row.keys.astype(np.int64)
