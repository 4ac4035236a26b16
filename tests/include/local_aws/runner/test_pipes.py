from __future__ import annotations

import gzip
import os
import stat
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.local_aws.runner.pipes import Pipes, decoded, record

BIG = os.urandom(300_000)  # more than a pipe holds


@pytest.fixture
def pipes(tmp_path: Path) -> Iterator[Pipes]:
    opened = Pipes(tmp_path / "train", lambda: iter([b"first\n", BIG, b"last\n"]))
    yield opened
    opened.close()


@pytest.mark.usefixtures("pipes")
def test_every_epoch_carries_all_objects_in_order(tmp_path: Path) -> None:
    for epoch in range(3):
        path = tmp_path / f"train_{epoch}"
        deadline = time.monotonic() + 5
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert stat.S_ISFIFO(path.stat().st_mode)
        assert path.read_bytes() == b"first\n" + BIG + b"last\n"


@pytest.mark.usefixtures("pipes")
def test_a_reader_may_leave_early(tmp_path: Path) -> None:
    with (tmp_path / "train_0").open("rb") as pipe:
        assert pipe.read(6) == b"first\n"
    deadline = time.monotonic() + 5
    while not (tmp_path / "train_1").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (tmp_path / "train_1").read_bytes().endswith(b"last\n")


def test_closing_does_not_wait_for_a_reader(tmp_path: Path) -> None:
    began = time.monotonic()
    Pipes(tmp_path / "train", lambda: iter([BIG])).close()
    assert time.monotonic() - began < 2


def test_a_record_has_magic_length_and_padding() -> None:
    assert record(b"12345") == struct.pack("<II", 0xCED7230A, 5) + b"12345\0\0\0"
    assert record(b"1234") == struct.pack("<II", 0xCED7230A, 4) + b"1234"


def test_objects_are_unzipped_and_wrapped() -> None:
    assert list(decoded([gzip.compress(b"a")], gzipped=True, as_records=False)) == [b"a"]
    assert list(decoded([b"a"], gzipped=False, as_records=True)) == [record(b"a")]
