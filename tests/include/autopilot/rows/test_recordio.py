from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from scipy import sparse

from include.autopilot.base.errors import RunError
from include.autopilot.rows.recordio import records_of

MAGIC = 0xCED7230A


def records(body: bytes) -> list[bytes]:
    return list(records_of(io.BufferedReader(io.BytesIO(body), 16), "f.out"))  # type: ignore[arg-type]


def frame(payload: bytes, part: int = 0) -> bytes:
    return struct.pack("<II", MAGIC, part << 29 | len(payload)) + payload + bytes(-len(payload) % 4)


@pytest.mark.parametrize(
    "matrix", [np.arange(12.0).reshape(4, 3), sparse.csr_matrix(np.eye(4, 7))], ids=["dense", "sparse"]
)
def test_what_a_featurizer_wrote_comes_apart_and_together(matrix: object) -> None:
    from include.local_aws.runtimes import recordio

    body = recordio.write_records(matrix, np.arange(4.0))
    found = records(body)
    assert len(found) == 4
    assert b"".join(found) == body
    _, labels = recordio.read_records(found[0] + found[2])
    assert labels is not None
    assert labels.tolist() == [0.0, 2.0]


def test_a_record_in_several_frames_is_one() -> None:
    split = frame(b"first", 1) + frame(b"mid", 2) + frame(b"last", 3)
    assert records(frame(b"one") + split + frame(b"")) == [frame(b"one"), split, frame(b"")]


def test_lines_end_with_a_line_feed() -> None:
    assert records(b"1,2\n3,4") == [b"1,2\n", b"3,4\n"]
    assert records(b"") == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (frame(b"one") + b"\x00" * 8, "f.out: record 2 lacks RecordIO's magic word"),
        (frame(b"one") + frame(b"two")[:6], "f.out: record 2 is cut off in its header"),
        (frame(b"three")[:-1], "f.out: record 1 is cut off"),
        (frame(b"a", 1) + frame(b"b", 2), "f.out: record 1 lacks its last part"),
        (frame(b"a", 1) + frame(b"b"), "f.out: record 1 lacks its last part"),
        (frame(b"one") + frame(b"b", 2) + frame(b"c", 3), "f.out: record 2 lacks its first part"),
        (frame(b"c", 3), "f.out: record 1 lacks its first part"),
    ],
)
def test_damage_is_named(body: bytes, message: str) -> None:
    with pytest.raises(RunError, match=message):
        records(body)
