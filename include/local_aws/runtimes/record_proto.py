"""The protobuf wire format of one Amazon `Record`, as far as vectors and labels need it.

Schema (AWS documentation, "Common data formats for training"): `Record{features = 1, label = 2}` are maps from string
to `Value{float32_tensor = 2, float64_tensor = 3, int32_tensor = 7}`, each tensor is `{values = 1, keys = 2, shape = 3}`
with packed numbers. Bytes are laid out as Google's encoder lays them out: ascending field numbers, empty fields absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_TENSOR_FIELD: dict[np.dtype[Any], int] = {np.dtype("<f4"): 2, np.dtype("<f8"): 3, np.dtype("<i4"): 7}
_TENSOR_DTYPE = {field: dtype for dtype, field in _TENSOR_FIELD.items()}
_KEY = b"\x0a\x06values"  # map entry field 1, the name every vector goes by
_BYTES_VALUE = 9
_MAX_VARINT = 10  # bytes of a 64-bit varint


class ProtobufError(ValueError):
    """The bytes are not a Record this format can hold."""


@dataclass(frozen=True)
class Tensor:
    """A vector: `values`, for a sparse one also the `keys` of its values, and the `shape` (empty when not given)."""

    values: NDArray[np.generic]
    keys: NDArray[np.uint64] | None = None
    shape: tuple[int, ...] = ()


def encode_varints(numbers: NDArray[np.uint64]) -> bytes:
    """Encode unsigned 64-bit numbers as base-128 varints, one after the other."""
    shifts = np.arange(_MAX_VARINT, dtype=np.uint64) * np.uint64(7)
    rest = numbers.astype(np.uint64)[:, None] >> shifts
    groups = (rest & np.uint64(0x7F)).astype(np.uint8)
    more = np.zeros(groups.shape, dtype=bool)
    more[:, :-1] = rest[:, 1:] > 0
    used = np.ones(groups.shape, dtype=bool)
    used[:, 1:] = rest[:, 1:] > 0
    return (groups | (more.astype(np.uint8) << 7))[used].tobytes()


def decode_varints(data: bytes) -> NDArray[np.uint64]:
    """Decode the varints `data` consists of.

    :raises ProtobufError: the last one is cut off, or one is longer than 64 bits need.
    """
    raw = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(raw < 0x80)
    if raw.size and (not ends.size or ends[-1] != raw.size - 1):
        raise ProtobufError("a number is cut off")
    starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
    lengths = ends - starts + 1
    if lengths.size and lengths.max() > _MAX_VARINT:
        raise ProtobufError("a number is longer than 64 bits")
    numbers = np.zeros(ends.size, dtype=np.uint64)
    for position in range(int(lengths.max(initial=0))):
        wide = lengths > position
        group = (raw[starts[wide] + position] & 0x7F).astype(np.uint64)
        numbers[wide] |= group << np.uint64(7 * position)
    return numbers


def encode_record(features: Tensor, label: Tensor | None) -> bytes:
    """Encode one Record whose features and label go by the name `values`.

    :raises ProtobufError: the values are neither float32, float64 nor int32.
    """
    record = _field(1, _KEY + _field(2, _encode_value(features)))
    if label is not None:
        record += _field(2, _KEY + _field(2, _encode_value(label)))
    return record


def decode_record(data: bytes) -> tuple[Tensor, Tensor | None]:
    """Decode one Record into its features and, if present, its label.

    :raises ProtobufError: the bytes are damaged, or hold no features called `values`.
    """
    features: Tensor | None = None
    label: Tensor | None = None
    for number, value in _fields(data):
        if number not in (1, 2) or not isinstance(value, bytes):
            continue  # uid, metadata, configuration and fields of later schemas say nothing about the vector
        name, tensor = _decode_entry(value)
        if name == b"values":
            features, label = (tensor, label) if number == 1 else (features, tensor)
    if features is None:
        raise ProtobufError("the record has no features called 'values'")
    return features, label


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(payload)) + payload


def _varint(number: int) -> bytes:
    return encode_varints(np.array([number], dtype=np.uint64))


def _encode_value(tensor: Tensor) -> bytes:
    field = _TENSOR_FIELD.get(tensor.values.dtype)
    if field is None:
        raise ProtobufError(f"values of type {tensor.values.dtype} cannot be stored: use float32, float64 or int32")
    if tensor.values.dtype.kind == "i":  # negative int32 travel as 64-bit two's complement
        packed = encode_varints(tensor.values.astype(np.int64).view(np.uint64))
    else:
        packed = tensor.values.tobytes()
    parts = [packed]
    parts.append(b"" if tensor.keys is None else encode_varints(tensor.keys))
    parts.append(encode_varints(np.array(tensor.shape, dtype=np.uint64)))
    return _field(field, b"".join(_field(number, part) for number, part in enumerate(parts, start=1) if part))


def _decode_entry(data: bytes) -> tuple[bytes, Tensor | None]:
    name, tensor = b"", None
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            name = value
        elif number == 2 and isinstance(value, bytes):
            tensor = _decode_value(value)
    return name, tensor


def _decode_value(data: bytes) -> Tensor | None:
    tensor = None
    for number, value in _fields(data):
        if number == _BYTES_VALUE:
            raise ProtobufError("the record holds raw bytes, not numbers")
        if number in _TENSOR_DTYPE and isinstance(value, bytes):
            tensor = _decode_tensor(value, _TENSOR_DTYPE[number])
    return tensor


def _decode_tensor(data: bytes, dtype: np.dtype[Any]) -> Tensor:
    values, keys, shape = bytearray(), bytearray(), bytearray()
    parts = {1: values, 2: keys, 3: shape}
    for number, value in _fields(data):
        if number in parts:  # packed runs and single numbers alike: readers must accept both
            parts[number] += value if isinstance(value, bytes) else _varint(value)
    numbers: NDArray[np.generic]
    if dtype.kind == "i":
        numbers = decode_varints(bytes(values)).astype(np.int64).astype(np.int32)
    elif len(values) % dtype.itemsize:
        raise ProtobufError(f"{len(values)} bytes of values are not whole {dtype} numbers")
    else:
        numbers = np.frombuffer(bytes(values), dtype=dtype)
    locations = decode_varints(bytes(keys)) if keys else None
    return Tensor(numbers, locations, tuple(int(size) for size in decode_varints(bytes(shape))))


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    position = 0
    while position < len(data):
        tag, position = _read_varint(data, position)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, position = _read_varint(data, position)
            yield number, value
            continue
        if wire == _BYTES:
            length, position = _read_varint(data, position)
        elif wire in (_FIXED64, _FIXED32):
            length = 8 if wire == _FIXED64 else 4
        else:
            raise ProtobufError(f"field {number} has the unknown wire type {wire}")
        if position + length > len(data):
            raise ProtobufError(f"field {number} says {length} bytes, {len(data) - position} are left")
        yield number, data[position : position + length]
        position += length


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 7 * _MAX_VARINT, 7):
        if position >= len(data):
            raise ProtobufError("a number is cut off")
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise ProtobufError("a number is longer than 64 bits")
