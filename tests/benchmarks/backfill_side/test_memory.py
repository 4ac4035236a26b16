"""The benchmark's S3 answers what a run asks as S3 does, through a real client."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.backfill_side.memory import MemoryS3
from benchmarks.backfill_side.world import Meter, counting_client
from include.autopilot.base.errors import MissingObjectError
from include.autopilot.s3.conditional import write_once
from include.autopilot.s3.objects import exists, list_objects, read, write


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def s3(meter: Meter) -> Any:
    return counting_client(MemoryS3(), meter)


def test_what_is_written_is_read_with_its_source(s3: Any) -> None:
    uri = write(s3, "s3://b/a folder/x.csv", b"1,2\n", "text/csv", "a toy")
    assert (read(s3, uri).body, read(s3, uri).source) == (b"1,2\n", "a toy")
    assert exists(s3, uri)
    (listed,) = list_objects(s3, "s3://b/a folder")
    assert (listed.uri, listed.size) == (uri, 4)
    assert listed.etag == s3.get_object(Bucket="b", Key="a folder/x.csv")["ETag"]
    with pytest.raises(MissingObjectError, match=r"s3://b/none does not exist"):
        read(s3, "s3://b/none")
    assert not exists(s3, "s3://b/none")


def test_the_second_conditional_write_loses(s3: Any) -> None:
    assert write_once(s3, "s3://b/x.json", 1)
    assert not write_once(s3, "s3://b/x.json", 2)
    assert read(s3, "s3://b/x.json").body == b"1\n"


def test_a_long_listing_comes_in_pages_of_its_own_folder(s3: Any, meter: Meter) -> None:
    for number in range(1500):
        write(s3, f"s3://b/many/{number:04}", b"", "text/plain")
    write(s3, "s3://b/manyother/x", b"", "text/plain")
    meter.take()
    assert [one.uri[-4:] for one in list_objects(s3, "s3://b/many")] == [f"{number:04}" for number in range(1500)]
    assert meter.take().requests == {"ListObjectsV2": 2}


def test_what_it_does_not_know_it_refuses(s3: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"DELETE .*/b/x"):
        s3.delete_object(Bucket="b", Key="x")
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket="b", Key="x")
