"""Rows of a file as a stream."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import Any

import pytest

from include.autopilot.data.cells import Findings
from include.autopilot.data.rowstream import RowStream
from include.autopilot.errors import ContractError, ScoringError
from include.autopilot.scoring.inputs import InputFile, list_inputs


def put(s3: Any, body: bytes, name: str = "a.csv") -> InputFile:
    s3.put_object(Bucket="toy-models", Key=name, Body=body)
    return list_inputs(s3, f"s3://toy-models/{name}")[0]


def test_rows_and_lines_are_counted_as_an_editor_does(s3: Any) -> None:
    body = b'\n"a\nb",c\n1,"x\ny"\n\r\n2,z\n'
    with RowStream(s3, put(s3, body)) as stream:
        found = list(stream.records(Findings("a.csv")))
    assert stream.header == ["a\nb", "c"]
    assert [(one.row, one.line, one.cells, one.spans_lines) for one in found] == [
        (1, 4, ["1", "x\ny"], True),
        (2, 7, ["2", "z"], False),
    ]


def test_a_header_that_is_no_csv_is_refused(s3: Any) -> None:
    with pytest.raises(ContractError, match=r"a.csv: the header \(line 1\) is not CSV: .* Quote names with commas."):
        RowStream(s3, put(s3, b'"a" b,c\n1,2\n'))


def test_a_deleted_file_is_refused(s3: Any) -> None:
    file = put(s3, b"a\n1\n")
    s3.delete_object(Bucket="toy-models", Key="a.csv")
    with pytest.raises(ScoringError, match=r"a.csv was changed or deleted while the scoring began"):
        RowStream(s3, file)


def test_memory_does_not_grow_with_the_file(s3: Any) -> None:
    line = b"1,2,3,4,5,6,7,8,9,10\n"
    file = put(s3, gzip.compress(b"a,b,c,d,e,f,g,h,i,j\n" + line * 200_000), "big.csv.gz")
    with RowStream(s3, file) as stream:
        tracemalloc.start()
        count = sum(1 for _ in stream.records(Findings("big.csv.gz")))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 200_000
    assert peak < 2_000_000
