from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from include.local_aws.runtimes.recordio import MAGIC, RecordIOError, read_records, split_frames, write_records

_MAGIC = b"\x0a\x23\xd7\xce"  # 0xCED7230A, little-endian


def _matrices(dtype: Any) -> st.SearchStrategy[Any]:
    return hnp.arrays(dtype, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6))


@settings(deadline=None)
@given(st.sampled_from([np.float32, np.float64, np.int32]).flatmap(_matrices), st.booleans())
def test_dense_matrices_come_back(matrix: Any, labelled: bool) -> None:
    labels = matrix[:, 0].copy() if labelled else None
    features, read = read_records(write_records(matrix, labels))
    assert features.dtype == matrix.dtype
    np.testing.assert_array_equal(features, matrix)
    if labels is None:
        assert read is None
    else:
        np.testing.assert_array_equal(read, labels)


@settings(deadline=None)
@given(st.sampled_from([np.float32, np.float64]).flatmap(_matrices), st.data())
def test_sparse_matrices_come_back_with_exactly_their_entries(matrix: Any, data: Any) -> None:
    stored = data.draw(hnp.arrays(bool, matrix.shape))
    rows, columns = np.nonzero(stored)
    wanted = sparse.csr_matrix((matrix[rows, columns], (rows, columns)), shape=matrix.shape)
    labels = np.arange(len(matrix), dtype=np.float32)
    features, read = read_records(write_records(wanted, labels))
    result = sparse.csr_matrix(features)  # all rows full is indistinguishable from dense only without keys
    assert result.shape == wanted.shape
    assert result.indptr.tolist() == wanted.indptr.tolist()
    assert result.indices.tolist() == wanted.indices.tolist()
    np.testing.assert_array_equal(result.data, wanted.data)
    np.testing.assert_array_equal(read, labels)


def test_the_frame_is_magic_length_record_and_padding() -> None:
    data = write_records(np.array([[1.5]], dtype=np.float32), np.array([2.0], dtype=np.float32))
    record = b"\x0a\x12\x0a\x06values\x12\x08\x12\x06\x0a\x04" + struct.pack("<f", 1.5)
    record += b"\x12\x12\x0a\x06values\x12\x08\x12\x06\x0a\x04" + struct.pack("<f", 2.0)
    assert data == _MAGIC + struct.pack("<I", 40) + record
    one = write_records(np.array([[1, 2, 3]], dtype=np.int32))
    assert len(one) % 4 == 0
    assert one.endswith(b"\x01\x02\x03" + bytes(-(len(b"\x0a\x11") + 17) % 4))


def test_frames_know_where_they_are() -> None:
    data = write_records(np.zeros((3, 2), dtype=np.float32))
    frames = list(split_frames(data))
    assert [frame.number for frame in frames] == [1, 2, 3]
    assert b"".join(frame.frame for frame in frames) == data
    assert all(data[frame.offset : frame.offset + 4] == _MAGIC for frame in frames)


def test_a_part_of_a_record_is_refused_and_not_read_as_a_long_one() -> None:
    first = struct.pack("<II", MAGIC, 1 << 29 | 4) + b"abcd"
    with pytest.raises(RecordIOError, match="record 1 at byte 0: a part of a record; one that is split into several"):
        list(split_frames(first))


def test_a_sparse_row_without_entries_among_full_ones() -> None:
    matrix = sparse.csr_matrix(np.array([[0.0, 0.0], [1.0, 2.0], [0.0, 3.0]]))
    features, _ = read_records(write_records(matrix))
    assert sparse.issparse(features)
    np.testing.assert_array_equal(features.toarray(), matrix.toarray())


@settings(deadline=None)
@given(st.integers(1, 10_000))
def test_a_file_cut_anywhere_is_refused(cut: int) -> None:
    data = write_records(np.arange(12, dtype=np.float64).reshape(4, 3), np.arange(4.0))
    record = len(data) // 4
    cut = 1 + cut % (len(data) - 1)
    if cut % record == 0:
        assert len(read_records(data[:cut])[0]) == cut // record
        return
    with pytest.raises(RecordIOError, match=f"record {cut // record + 1} at byte {cut // record * record}"):
        read_records(data[:cut])


def _tensor(values: list[float], keys: bytes = b"", shape: bytes = b"") -> bytes:
    tensor = b"\x0a" + bytes([4 * len(values)]) + struct.pack(f"<{len(values)}f", *values)
    tensor += (b"\x12" + bytes([len(keys)]) + keys if keys else b"") + (b"\x1a\x01" + shape if shape else b"")
    entry = b"\x0a\x06values\x12" + bytes([len(tensor) + 2]) + b"\x12" + bytes([len(tensor)]) + tensor
    return bytes([len(entry)]) + entry


def _file(*records: bytes) -> bytes:
    return b"".join(_MAGIC + struct.pack("<I", len(r)) + r + bytes(-len(r) % 4) for r in records)


_ONE = b"\x0a" + _tensor([1.0])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no records: the RecordIO data is empty"),
        (b"1,2,3\n4,5", "record 1 at byte 0: expected the RecordIO magic number 0xCED7230A, found 0x2C322C31"),
        (_file(_ONE) + b"\x0a\x23", "record 2 at byte 28: the header is cut off after 2 of 8 bytes"),
        (_file(_ONE)[:-4], "record 1 at byte 0: the record and its padding take 20 bytes, 16 are left"),
        (_file(_ONE, b"\x0a" + _tensor([1.0, 2.0])), "record 2 at byte 28 has 2 columns, those before it have 1"),
        (
            _file(_ONE, _ONE + b"\x12" + _tensor([1.0])),
            "record 2 at byte 28: either every record has a label or none has",
        ),
        (_file(_ONE + b"\x12" + _tensor([1.0, 2.0])), "record 1 at byte 0 has 2 labels, one is expected"),
        (_file(b"\x0a" + _tensor([1.0], b"\x00")), "record 1 at byte 0 is sparse but does not give its shape"),
        (_file(b"\x0a" + _tensor([1.0], b"\x05", b"\x05")), "record 1 at byte 0 has the key 5, its shape ends at 5"),
        (_file(b"\x0a" + _tensor([1.0], b"\x01\x02", b"\x05")), "record 1 at byte 0 has 2 keys for 1 values"),
        (_file(b"\x0a" + _tensor([1.0], b"", b"\x05")), "record 1 at byte 0 has 1 values, its shape says 5"),
        (_file(b"\x0a\x05abc"), "record 1 at byte 0: the bytes are damaged: they are no Record of record.proto"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(RecordIOError) as caught:
        read_records(data)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        (np.zeros(3), None, "features must be a matrix"),
        (np.zeros((3, 2)), np.zeros(2), "labels one number per row"),
        (np.zeros((3, 2), dtype=np.int64), None, "values of type int64 cannot be stored"),
    ],
)
def test_what_cannot_be_written_is_refused(features: Any, labels: Any, message: str) -> None:
    with pytest.raises(RecordIOError, match=message):
        write_records(features, labels)
