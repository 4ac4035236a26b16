from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.digest import of_bytes
from include.autopilot.s3 import writer as writer_module
from include.autopilot.s3.conditional import write_once
from include.autopilot.s3.objects import list_uris
from include.autopilot.s3.reader import opened, read_rows
from include.autopilot.s3.writer import ObjectWriter

URI = "s3://toy-models/toy/x.csv"
MIB = 2**20


@pytest.mark.parametrize("count", [1, 5, 6, 11])
def test_an_object_of_any_size_is_there_whole(s3: Any, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(writer_module, "PART", 5 * MIB)
    writer = ObjectWriter(s3, URI, "text/csv", "a toy")
    pieces = [bytes([number]) * MIB for number in range(count)]
    for piece in pieces:
        writer.write(piece)
    writer.close()
    assert list_uris(s3, "s3://toy-models/toy") == []
    assert writer.finish() == URI
    found = s3.get_object(Bucket="toy-models", Key="toy/x.csv")
    assert found["Body"].read() == b"".join(pieces)
    assert (found["ContentType"], found["Metadata"]) == ("text/csv", {"data-source": "a toy"})
    assert (writer.size, writer.digest) == (count * MIB, of_bytes(b"".join(pieces)))
    assert not s3.list_multipart_uploads(Bucket="toy-models").get("Uploads")


def test_what_is_given_up_leaves_nothing(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "PART", 5 * MIB)
    writer = ObjectWriter(s3, URI, "text/csv")
    writer.write(b"x" * 6 * MIB)
    writer.abort()
    assert list_uris(s3, "s3://toy-models/toy") == []
    assert not s3.list_multipart_uploads(Bucket="toy-models").get("Uploads")


def test_an_upload_that_cannot_be_removed_hides_no_other_failure(
    s3: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(writer_module, "PART", 5 * MIB)
    writer = ObjectWriter(s3, URI, "text/csv")
    writer.write(b"x" * 6 * MIB)
    writer.abort()
    writer.abort()
    assert "of s3://toy-models/toy/x.csv could not be removed" in caplog.text
    assert "NoSuchUpload" in caplog.text


def test_reading_piece_by_piece(s3: Any) -> None:
    s3.put_object(Bucket="toy-models", Key="toy/x.csv", Body=b'a,"b, c"\n1,"two\nlines"\n')
    assert list(read_rows(s3, URI)) == [["a", "b, c"], ["1", "two\nlines"]]
    with opened(s3, URI) as file:
        assert file.readline() == b'a,"b, c"\n'


def test_only_the_first_writes(s3: Any) -> None:
    assert write_once(s3, "s3://toy-models/toy/1.json", {"by": "one"})
    assert not write_once(s3, "s3://toy-models/toy/1.json", {"by": "other"})
    assert b"one" in s3.get_object(Bucket="toy-models", Key="toy/1.json")["Body"].read()
