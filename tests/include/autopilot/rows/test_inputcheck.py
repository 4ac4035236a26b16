"""The check of new rows: what passes is cut into chunks, what does not is told with file, line, column and fix."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from typing import Any

import pytest

from include.autopilot.base.csvlines import encode_line
from include.autopilot.base.errors import ContractError, ScoringError
from include.autopilot.candidate.contract import Contract
from include.autopilot.rows import inputcheck
from include.autopilot.rows.inputcheck import CheckedInput, check_inputs
from include.autopilot.rows.inputs import list_inputs

CONTRACT = Contract(("y", "a, b", "c[1]", "colour"), "y", ("y", "a, b", "c[1]"), (), "id")
HEADER = 'id,"a, b",c[1],colour\n'
FOLDER = "s3://toy-models/rows"


def check(s3: Any, *bodies: bytes | str, name: str = "new.csv") -> tuple[CheckedInput, ...]:
    for number, body in enumerate(bodies):
        data = body.encode() if isinstance(body, str) else body
        s3.put_object(Bucket="toy-models", Key=f"new/{number}{name}", Body=data, Metadata={"data-source": "a toy"})
    return check_inputs(s3, list_inputs(s3, "s3://toy-models/new/"), CONTRACT, ["note"], FOLDER)


def problems(s3: Any, *bodies: bytes | str, name: str = "new.csv") -> tuple[str, ...]:
    with pytest.raises(ContractError) as refused:
        check(s3, *bodies, name=name)
    return refused.value.problems


def lines(s3: Any, checked: CheckedInput) -> list[list[str]]:
    bodies = [
        s3.get_object(Bucket="toy-models", Key=chunk.uri.removeprefix("s3://toy-models/"))["Body"].read().decode()
        for chunk in checked.chunks
    ]
    return [row for body in bodies for row in csv.reader(io.StringIO(body, newline=""))]


def test_rows_come_in_the_contracts_order_with_the_key_as_it_is(s3: Any) -> None:
    body = 'colour,c[1],note,"a, b",id\n"red, dark",1,n,2.50, 007 \n"""blue""",,n,nan,1e5\n'
    (found,) = check(s3, body)
    assert lines(s3, found) == [[" 007 ", "2.50", "1", "red, dark"], ["1e5", "nan", "", '"blue"']]
    assert (found.rows, found.extra, found.source, found.name) == (2, (), "a toy", "0new.csv")
    assert found.sha256 == hashlib.sha256(body.encode()).hexdigest()


def test_a_target_is_passed_over_and_an_unknown_column_is_told(s3: Any) -> None:
    (found,) = check(s3, 'id,y,"a, b",c[1],colour,more\n1,much,1,1,red,x\n')
    assert lines(s3, found) == [["1", "1", "1", "red"]]
    assert found.extra == ("more",)


def test_gzip_and_a_byte_order_mark(s3: Any) -> None:
    body = gzip.compress(b"\xef\xbb\xbf" + f"{HEADER}1,1,1,red\n".encode())
    (found,) = check(s3, body, name="new.csv.gz")
    assert lines(s3, found) == [["1", "1", "1", "red"]]
    assert found.sha256 == hashlib.sha256(body).hexdigest()


def test_chunks_are_cut_by_size_and_keep_order(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputcheck, "_CHUNK_BYTES", 60)
    (found,) = check(s3, HEADER + "".join(f"{number},1,1,red\n" for number in range(50)))
    assert len(found.chunks) > 3
    assert [row[0] for row in lines(s3, found)] == [str(number) for number in range(50)]
    assert [chunk.rows for chunk in found.chunks] == [len(lines(s3, one)) for one in split(found)]
    assert len({chunk.uri.rpartition("/")[2] for chunk in found.chunks}) == len(found.chunks)


def split(found: CheckedInput) -> list[CheckedInput]:
    from dataclasses import replace

    return [replace(found, chunks=(chunk,)) for chunk in found.chunks]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "0new.csv is empty. Deliver a CSV file with a header, or remove the file."),
        (HEADER, "0new.csv has a header and no rows. Put the rows there, or take the file away."),
        ('id,"a, b",c[1]\n1,1,1\n', "column 'colour' is missing from the header (line 1). Add it, or search"),
        ('"a, b",c[1],colour\n1,1,r\n', "the key column 'id' is missing from the header (line 1). Add it; the key"),
        ('id,id,"a, b",c[1],colour\n1,1,1,1,r\n', "column 'id' stands 2 times in the header (line 1). Keep one"),
        (f"{HEADER}1,1,1,r\n2,x,1,r\n", "column 'a, b', row 2 (line 3) holds text: 'x'. Put a number there or leave"),
        (f"{HEADER}1,inf,1,r\n", "column 'a, b', row 1 (line 2) is infinite: 'inf'. Put a finite number there"),
        (f"{HEADER}1,1e39,1,r\n", "column 'a, b', row 1 (line 2) is beyond what trainers can take: '1e39'. Put"),
        (f"{HEADER}1,1,0.5\0\0,r\n", r"column 'c[1]', row 1 (line 2) holds text: '0.5\x00\x00'. Put a number there"),
        (f"{HEADER} ,1,1,r\n", "column 'id', row 1 (line 2) has no key. Give every row its own key."),
        (f"{HEADER}1,1,1,r\n\n1 ,1,1,r\n", "column 'id', row 2 (line 4) repeats the key '1' of s3://toy-models/new"),
        (f"{HEADER}1,1,1\n", "row 1 (line 2) has 3 cells where the header has 4. Give every row one cell per column"),
        (f'{HEADER}1,1,1,"re\nd"\n', "column 'colour', row 1 (line 2) holds a line break. SageMaker splits rows there"),
        (f'{HEADER}1,1,1,"red" x\n', "row 1 (line 2) is not CSV: ',' expected after '\"'. Quote cells that hold"),
        (f"{HEADER}\u200b,1,1,r\n", "column 'id', row 1 (line 2) has no key. Give every row its own key."),
        (f"{HEADER}1,1,1,r\n2,1,1,".encode() + b"\xff\n", "0new.csv is not UTF-8: byte 36 on line 3."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_place_and_fix(s3: Any, body: bytes | str, message: str) -> None:
    (problem,) = problems(s3, body)
    assert message in problem


@pytest.mark.parametrize("key", ["=1+2", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x","y")'])
def test_a_key_that_a_spreadsheet_takes_for_a_formula_stays_as_it_is(s3: Any, key: str) -> None:
    (found,) = check(s3, encode_line(("id", "a, b", "c[1]", "colour")) + "\n" + encode_line((key, "1", "1", "r")))
    assert lines(s3, found) == [[key, "1", "1", "r"]]


def test_empty_files_beside_others_are_left_out_and_alone_refused(s3: Any) -> None:
    (found,) = check(s3, "", f"{HEADER}1,1,1,red\n", ",,,\r\n", HEADER)
    assert found.name == "1new.csv"
    first, second, _, fourth = problems(s3, "", ",,,\r\n", "\n", HEADER)
    assert "0new.csv is empty." in first
    assert "1new.csv is empty." in second
    assert "3new.csv has a header and no rows." in fourth


def test_all_files_are_checked_and_no_key_may_be_in_two(s3: Any) -> None:
    first, second = problems(s3, f"{HEADER}1,x,1,r\n", f"{HEADER}1,1,1,r\n")
    assert "0new.csv: column 'a, b', row 1 (line 2) holds text" in first
    assert "1new.csv: column 'id', row 1 (line 2) repeats the key '1' of s3://toy-models/new/0new.csv row 1" in second


def test_half_a_gzip_file_is_refused(s3: Any) -> None:
    body = gzip.compress(f"{HEADER}1,1,1,red\n".encode() * 50)[:-10]
    (problem,) = problems(s3, body, name="new.csv.gz")
    assert "0new.csv.gz is not a whole gzip file" in problem


def test_a_file_changed_after_it_was_listed_is_refused(s3: Any) -> None:
    s3.put_object(Bucket="toy-models", Key="new/a.csv", Body=HEADER.encode())
    files = list_inputs(s3, "s3://toy-models/new/a.csv")
    s3.put_object(Bucket="toy-models", Key="new/a.csv", Body=f"{HEADER}1,1,1,r\n".encode())
    message = r"a.csv was changed or deleted while the scoring began. Run the scoring again"
    with pytest.raises(ScoringError, match=message):
        check_inputs(s3, files, CONTRACT, [], FOLDER)
    s3.delete_object(Bucket="toy-models", Key="new/a.csv")
    with pytest.raises(ScoringError, match=message):
        check_inputs(s3, files, CONTRACT, [], FOLDER)
