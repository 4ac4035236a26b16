from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.base.errors import UnreadableError
from include.autopilot.candidate.printed import read_response

RESPONSE = {"ModelName": "m", "Tags": [{"Key": "a", "Value": "é"}], "Count": 2, "On": True, "Off": None, "Share": -0.5}


def read(folder: Path, body: str | bytes) -> Any:
    path = folder / "DescribeModel.m.json"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return read_response(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_in_any_encoding_that_json_may_have(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, json.dumps(RESPONSE, ensure_ascii=False).encode(encoding)) == RESPONSE


def test_what_python_prints(tmp_path: Path) -> None:
    assert read(tmp_path, f"\n {RESPONSE!r}\n") == RESPONSE
    printed = "{'At': datetime.datetime(2020, 4, 13, 15, 1, 7, 921000, tzinfo=tzlocal()), 'On': datetime(2024, 1, 2)}"
    assert read(tmp_path, printed) == {"At": "2020-04-13T15:01:07.921000+00:00", "On": "2024-01-02T00:00:00+00:00"}


def test_what_is_about_the_call_is_left_out(tmp_path: Path) -> None:
    assert read(tmp_path, json.dumps(RESPONSE | {"ResponseMetadata": {"RequestId": "r"}})) == RESPONSE


def test_what_no_service_sends_counts_as_absent(tmp_path: Path) -> None:
    found = read(tmp_path, '{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999, "e": 1.5}')
    assert found == {"a": None, "b": None, "c": None, "d": None, "e": 1.5}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is not JSON: Expecting value"),
        (b'{"ModelName": "m",', "is not JSON: "),
        (b"An error occurred (ValidationException)", "is not JSON: "),
        (b"\xff\xfe\xfa", "is not JSON: "),
        (b"[" * 100_000, "is not JSON: "),
        (b"[]", "holds a bare list; a response is one JSON object. Save what was printed whole, without --query."),
        (b'[{"CandidateName": "c"}]', 'Wrap it: {"Candidates": [...]}.'),
        (b"[{'Key': 'a', 'Value': 'b'}]", 'Wrap it: {"Tags": [...]}.'),
        (b'"text"', "does not hold a response"),
        (b"null", "does not hold a response"),
        (b"{}", "does not hold a response"),
        (b'{"ResponseMetadata": {"HTTPStatusCode": 200}}', "does not hold a response"),
        (b"{'a': print('executed')}", "print('executed') is no date"),
        (b"{'a': datetime.datetime(2020)}", "is no date"),
        (b"{'a': datetime.datetime(2020, 13, 1)}", "month must be in 1..12"),
        (b"{'a': __import__('os')}", "is no date"),
        (b"{'a': b}", "malformed node"),
        (b"{'a': **b}", "is not JSON: "),
    ],
)
def test_what_cannot_be_read_names_the_file(
    tmp_path: Path, body: bytes, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, body)
    assert message in str(caught.value)
    assert "DescribeModel.m.json" in str(caught.value)
    assert capsys.readouterr().out == ""


def test_a_folder_is_no_response(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="is not JSON"):
        read_response(tmp_path)
