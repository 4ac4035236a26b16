from __future__ import annotations

import struct

import numpy as np
import pytest

from include.local_aws.runtimes.record_proto import (
    ProtobufError,
    Tensor,
    decode_record,
    encode_record,
)

# Written by hand from record.proto: Record.features (1) is a map, so an entry of key (1) and Value (2);
# Value.float32_tensor is 2; Float32Tensor has packed values (1), keys (2) and shape (3).
_DENSE = (
    b"\x0a\x16"  # features, 22 bytes
    b"\x0a\x06values"  # key
    b"\x12\x0c"  # value, 12 bytes
    b"\x12\x0a"  # float32_tensor, 10 bytes
    b"\x0a\x08" + struct.pack("<ff", 1.5, -2.0)  # values
)
_DAMAGED = "the bytes are damaged: they are no Record of record.proto"
_LABEL = b"\x12\x16\x0a\x06values\x12\x0c\x1a\x0a\x0a\x08" + struct.pack("<d", 7.25)  # float64_tensor


def test_hand_made_dense_bytes_with_a_label() -> None:
    features, label = decode_record(_DENSE + _LABEL)
    assert features.values.tolist() == [1.5, -2.0]
    assert features.values.dtype == np.float32
    assert features.keys is None
    assert label is not None
    assert label.values.tolist() == [7.25]
    assert encode_record(features, label) == _DENSE + _LABEL


def test_hand_made_sparse_bytes() -> None:
    tensor = b"\x0a\x08" + struct.pack("<ff", 0.5, 3.0) + b"\x12\x03\x02\xac\x02" + b"\x1a\x02\xe8\x07"
    entry = b"\x0a\x06values\x12" + bytes([len(tensor) + 2]) + b"\x12" + bytes([len(tensor)]) + tensor
    data = b"\x0a" + bytes([len(entry)]) + entry
    features, label = decode_record(data)
    assert features.values.tolist() == [0.5, 3.0]
    assert features.keys is not None
    assert features.keys.tolist() == [2, 300]
    assert features.shape == (1000,)
    assert label is None
    assert encode_record(features, None) == data


def test_negative_int32_are_ten_bytes_long() -> None:
    data = encode_record(Tensor(np.array([-1], dtype=np.int32)), None)
    assert data.endswith(b"\x3a\x0c\x0a\x0a" + b"\xff" * 9 + b"\x01")
    assert decode_record(data)[0].values.tolist() == [-1]


def test_unpacked_numbers_and_unknown_fields_are_read() -> None:
    tensor = b"\x0d" + struct.pack("<f", 1.0) + b"\x0d" + struct.pack("<f", 2.0) + b"\x10\x05\x10\x09" + b"\x18\x0a"
    entry = b"\x0a\x06values\x12" + bytes([len(tensor) + 2]) + b"\x12" + bytes([len(tensor)]) + tensor
    uid = b"\x1a\x03abc"
    features, _ = decode_record(uid + b"\x0a" + bytes([len(entry)]) + entry + b"\x51" + bytes(8) + b"\x78\x01")
    assert features.values.tolist() == [1.0, 2.0]
    assert features.keys is not None
    assert features.keys.tolist() == [5, 9]
    assert features.shape == (10,)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the record has no features called 'values'"),
        (_DENSE[:-1], _DAMAGED),
        (b"\x0a", _DAMAGED),
        (b"\x0b\x00", _DAMAGED),
        (b"\xff" * 11, _DAMAGED),
        (b"\x0a\x0e\x0a\x06values\x12\x04\x4a\x02\x0a\x00", "the record holds raw bytes, not numbers"),
        (b"\x0a\x11\x0a\x06values\x12\x07\x12\x05\x0a\x03abc", _DAMAGED),
        (b"\x0a\x10\x0a\x06values\x12\x06\x12\x04\x12\x02\x01\x80", _DAMAGED),
    ],
)
def test_damaged_records_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(ProtobufError) as caught:
        decode_record(data)
    assert str(caught.value) == message


def test_other_number_types_cannot_be_stored() -> None:
    with pytest.raises(ProtobufError, match="values of type int64 cannot be stored: use float32, float64 or int32"):
        encode_record(Tensor(np.array([1])), None)
