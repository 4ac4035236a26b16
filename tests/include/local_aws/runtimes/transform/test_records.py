from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.recordio import write_records
from include.local_aws.runtimes.transform.records import join, parse, split, write

_FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(_FIELD, min_size=1))
def test_csv_fields_with_commas_quotes_and_line_breaks_come_back(fields: list[str]) -> None:
    assert parse(write(fields, "text/csv") + b"\n", "text/csv", "x") == [fields]


def test_lines_are_records_whatever_their_end() -> None:
    records = split(b"a,1\r\n\nb,2\n  \nc,3", "Line", "k.csv", "text/csv")
    assert [record.data for record in records] == [b"a,1", b"b,2", b"c,3"]
    assert [record.where for record in records] == ["line 1 of k.csv", "line 3 of k.csv", "line 5 of k.csv"]


def test_recordio_frames_are_records() -> None:
    data = write_records(np.zeros((2, 3)))
    records = split(data, "RecordIO", "k", "application/x-recordio-protobuf")
    assert b"".join(record.data for record in records) == data
    assert records[1].where == "record 2 of k"


def test_without_a_split_the_object_is_one_record() -> None:
    assert [record.data for record in split(b'"a\nb",1\n', "None", "k", "text/csv")] == [b'"a\nb",1\n']


def test_quotes_inside_a_line_are_fine() -> None:
    lines = b'"a ""b"", c",1\n5" pipe,2\n'
    assert len(split(lines, "Line", "k", "text/csv")) == 2


@pytest.mark.parametrize("split_type", ["Line", "None", "RecordIO"])
def test_an_empty_object_is_refused(split_type: str) -> None:
    with pytest.raises(ClientError, match=r"k\.csv is empty: there is nothing to transform"):
        split(b"" if split_type == "RecordIO" else b"\n", split_type, "k.csv", "text/csv")


def test_a_line_break_inside_a_field_is_refused_as_on_aws() -> None:
    with pytest.raises(ClientError, match="line 2 of k has a quoted field that goes on in the next line"):
        split(b'1,2\n"a\nb",3\n', "Line", "k", "text/csv")


def test_damaged_recordio_is_refused_with_its_place() -> None:
    with pytest.raises(ClientError, match="k: record 1 at byte 0: the header is cut off after 3 of 8 bytes"):
        split(b"abc", "RecordIO", "k", "application/x-recordio-protobuf")


@pytest.mark.parametrize(
    ("data", "media", "values"),
    [
        (b"1,x\n\n2,y\n", "text/csv", [["1", "x"], ["2", "y"]]),
        (b'{"a": 1}\n[2]\n', "application/jsonlines", [{"a": 1}, [2]]),
        (b'{"a":\n 1}', "application/json", [{"a": 1}]),
    ],
)
def test_parse(data: bytes, media: str, values: list[Any]) -> None:
    assert parse(data, media, "x") == values


@pytest.mark.parametrize(
    ("data", "media"), [(b'"a"b\n', "text/csv"), (b"{", "application/json"), (b"\xff", "application/jsonlines")]
)
def test_what_is_not_of_the_type_is_refused(data: bytes, media: str) -> None:
    with pytest.raises(ClientError, match=f"the answer is not {media}: "):
        parse(data, media, "the answer")


def test_a_single_csv_value_is_a_row_of_one_field() -> None:
    assert write("a,b", "text/csv") == b'"a,b"'
    assert write({"ä": 1}, "application/jsonlines") == '{"ä": 1}'.encode()


@pytest.mark.parametrize(
    ("record", "output", "media", "joined"),
    [
        (["1", "2"], ["0.5"], "text/csv", ["1", "2", "0.5"]),
        ({"a": 1}, 0.5, "application/jsonlines", {"a": 1, "SageMakerOutput": 0.5}),
        ([1], {"p": 2}, "application/json", {"SageMakerInput": [1], "SageMakerOutput": {"p": 2}}),
    ],
)
def test_join(record: Any, output: Any, media: str, joined: Any) -> None:
    assert join(record, output, media) == joined
