"""Files as they are found in the wild, and how much memory the worst of them may take."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from include.autopilot.base.errors import ContractError, EmptyFileError
from include.autopilot.candidate.contract import Contract
from include.autopilot.rows import csvfile
from include.autopilot.rows.cells import LONGEST_CELL, Findings
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.rows.csvtext import LONGEST_ROW
from tests.support.repository import ROOT
from tests.support.tables import Table, read_table

CONTRACT = Contract(("y", "a", "txt"), "y", ("y", "a"), (), "id")
HEADER = "id,note,y,a,txt\n"


def read(text: str | bytes, name: str = "drop.csv") -> Table:
    return read_table(name, text.encode() if isinstance(text, str) else text, CONTRACT, ("note",))


def problems(text: str | bytes, name: str = "drop.csv") -> tuple[str, ...]:
    with pytest.raises(ContractError) as caught:
        read(text, name)
    return caught.value.problems


@pytest.mark.parametrize("length", [LONGEST_CELL, LONGEST_CELL + 1, 3_000_000])
def test_a_long_cell_in_a_column_that_nobody_needs_is_accepted(length: int) -> None:
    assert read(HEADER + f"r1,{'M' * length},1.0,2.0,x\n").lines == (("r1", "1.0,2.0,x"),)
    assert read(HEADER.replace("note", "more") + f'r1,"{"M," * (length // 2)}",1.0,2.0,x\n').extra == ("more",)


def test_a_needed_cell_may_be_as_long_as_csv_takes_it_everywhere() -> None:
    assert len(read(HEADER + f"r1,n,1.0,2.0,{'M' * LONGEST_CELL}\n").lines[0][1]) > LONGEST_CELL
    (problem,) = problems(HEADER + f"r1,n,1.0,2.0,{'M' * (LONGEST_CELL + 1)}\nr2,n,1.0,2.0,x\n")
    assert problem == (
        "drop.csv: column 'txt', row 1 (line 2) has 131,073 characters in one cell. "
        "A job reads cells of up to 131,072; shorten the text."
    )
    assert "column 'id', row 1 (line 2) has" in problems(HEADER + f"{'k' * (LONGEST_CELL + 1)},n,1.0,2.0,x\n")[0]


def test_the_limit_of_a_cell_is_never_lowered_for_others() -> None:
    before = csv.field_size_limit(50_000_000)
    try:
        read(HEADER + "r1,n,1.0,2.0,x\n")
        assert csv.field_size_limit() == 50_000_000
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("blank", [",,,,", ",", ",,,,,,,", ' , ,\t,"",', '""', "  ", "\xa0,,,,"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_of_blank_cells_are_no_rows_wherever_they_stand(blank: str, end: str) -> None:
    lines = [blank, HEADER.strip(), blank, "r1,n,1.0,2.0,x", blank, "r2,n,2.0,3.0,y", blank, blank]
    table = read(end.join(lines) + end)
    assert (table.rows, table.unusable, len(table.lines)) == (2, 0, 2)
    (problem,) = problems(end.join([*lines, "r3,n,high,1,x"]))
    assert "column 'y', row 3 (line 9) holds text: 'high'" in problem


@pytest.mark.parametrize("text", ["", "\n\n", ",,,\n,,,\n", "\ufeff", "\ufeff\r\n", " , \n"])
def test_a_file_without_any_cell_is_empty(text: str) -> None:
    for name, body in (("drop.csv", text.encode()), ("drop.csv.gz", gzip.compress(text.encode()))):
        with pytest.raises(EmptyFileError, match=rf"{name} is empty\. Deliver a CSV file with a header"):
            read(body, name)
    with pytest.raises(EmptyFileError):
        read(b"", "drop.csv.gz")


def test_a_nul_byte_in_a_needed_text_is_refused_and_elsewhere_passed_over() -> None:
    assert read(HEADER + "r1,n\0,1.0,2.0,x\n").lines == (("r1", "1.0,2.0,x"),)
    (problem,) = problems(HEADER + "r1,n,1.0,2.0,x\0\n")
    assert "column 'txt', row 1 (line 2) holds a NUL byte. What is written in C ends a text there" in problem
    assert "column 'id', row 1 (line 2) holds a NUL byte" in problems(HEADER + "r\0001,n,1.0,2.0,x\n")[0]
    (problem,) = problems(HEADER + "r1,n,1.0,1.5\0;9.75,x\n")
    assert r"column 'a', row 1 (line 2) holds text: '1.5\x00;9.75'" in problem


def test_long_rows_come_in_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfile, "_BLOCK", 1000)
    body = HEADER + "".join(f"r{row},{'M' * 300},1.0,2.0,x\n" for row in range(10)) + "r10,n,1.0,2.0,x\n" * 10
    blocks = list(CsvFile("drop.csv", io.BytesIO(body.encode())).blocks(Findings("drop.csv"), 8))
    assert [len(block) for block in blocks] == [4, 4, 8, 4]
    assert [record.row for block in blocks for record in block] == list(range(1, 21))


def test_an_endless_line_is_refused_by_file_and_line() -> None:
    (problem,) = problems(HEADER + "r1,n,1.0,2.0,x\n" + "M" * (LONGEST_ROW + 1))
    assert problem.startswith("drop.csv: line 3 has more than 8,000,000 characters. Check that rows end with line ends")
    assert problems("M" * (LONGEST_ROW + 1))[0].startswith("drop.csv: line 1 has more than 8,000,000 characters.")


def test_an_unclosed_quote_is_refused_where_its_row_begins() -> None:
    rows = "r2,n,1.0,2.0,x\n" * (LONGEST_ROW // 15 + 2)
    (problem,) = problems(HEADER + 'r0,n,1.0,2.0,x\nr1,"n,1.0,2.0,x\n' + rows)
    assert problem.startswith("drop.csv: the row that begins on line 3 has more than 8,000,000 characters by line 5333")
    assert problem.endswith("Probably a quote that opens in it is never closed; close it.")
    (problem,) = problems(HEADER + 'r0,n,1.0,2.0,x\nr1,"n,1.0,2.0,x\nr2,n,1.0,2.0,x\n')
    assert "row 2 (line 3) is not CSV: unexpected end of data. Quote cells that hold" in problem


def unending(first: bytes, body: bytes) -> bytes:
    """Pack 200 MB of the same bytes into some 200 kB."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(HEADER.encode() + first)
        for _ in range(50):
            file.write(body * (4_000_000 // len(body)))
    return packed.getvalue()


# Reads one file and prints by how much the peak of its memory grew, in KiB, and what was said.
PROGRAM = """
import io, re, sys
from pathlib import Path
from include.autopilot.candidate.contract import Contract
from include.autopilot.rows.scan import Scan
from include.autopilot.base.errors import ContractError

def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])

before, said = peak(), ""
try:
    with Path(sys.argv[1]).open("rb") as file:
        scan = Scan(sys.argv[1], file, Contract(("y", "a", "txt"), "y", ("y", "a"), (), "id"), ("note",))
        for block in scan.blocks():
            pass
except ContractError as error:
    said = str(error)
print(peak() - before, said)
"""


@pytest.mark.whole
@pytest.mark.parametrize(
    ("first", "body", "said"),
    [
        (b"", b"M", "line 2 has more than 8,000,000 characters"),
        (b"", "é".encode(), "line 2 has more than 8,000,000 characters"),
        (b"", b'"', "line 2 has more than 8,000,000 characters"),
        (b"", b",", "line 2 has more than 8,000,000 characters"),
        (b'"', b"M\n", "the row that begins on line 2 has more than 8,000,000 characters"),
        (b'"', b"M,1,2\r\n", "the row that begins on line 2 has more than 8,000,000 characters"),
    ],
    ids=ascii,
)
def test_a_small_file_that_unpacks_to_one_endless_row_takes_little_memory(
    tmp_path: Path, first: bytes, body: bytes, said: str
) -> None:
    path = tmp_path / "drop.csv.gz"
    path.write_bytes(unending(first, body))
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    grown, _, told = ended.stdout.partition(" ")
    print(f"{path.stat().st_size} bytes packed, {grown} KiB more at the peak")
    assert said in told
    assert int(grown) < 150_000


def test_what_an_endless_line_takes_is_bounded() -> None:
    packed = gzip.compress(HEADER.encode() + b"M" * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(ContractError, match="line 2 has more than"):
            read(packed, "drop.csv.gz")
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_rows_and_lines_are_counted_as_an_editor_does() -> None:
    file = CsvFile("a.csv", io.BytesIO(b'\n"a\nb",c\n1,"x\ny"\n\r\n2,z\n'))
    found = list(file.records(Findings("a.csv")))
    assert file.header == ["a\nb", "c"]
    assert [(one.row, one.line, one.cells, one.spans_lines) for one in found] == [
        (1, 4, ["1", "x\ny"], True),
        (2, 7, ["2", "z"], False),
    ]


def test_a_header_that_is_no_csv_is_refused() -> None:
    with pytest.raises(ContractError, match=r"a.csv: the header \(line 1\) is not CSV: .* Quote names with commas."):
        CsvFile("a.csv", io.BytesIO(b'"a" b,c\n1,2\n'))


ROWS = "r1,n,1.0,2.0,x\n"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ((HEADER + ROWS + HEADER + ROWS.replace("r1", "r2")).encode(), "drop.csv"),
        ((HEADER + ROWS).encode() + codecs.BOM_UTF8 + HEADER.encode(), "drop.csv"),
        ((HEADER + ROWS + '"id", note,y,a ,txt\n').encode(), "drop.csv"),
        (gzip.compress((HEADER + ROWS).encode()) + gzip.compress(HEADER.encode()), "drop.csv.gz"),
    ],
    ids=["as it is", "with another mark", "in quotes and blanks", "packed"],  # packed bytes have the time in them
)
def test_a_line_that_repeats_the_header_is_refused(body: bytes, name: str) -> None:
    assert problems(body, name) == (f"{name}: row 2 (line 3) repeats the header: files were joined. Remove that line.",)


def test_every_row_of_names_repeats_the_header_and_others_do_not() -> None:
    findings = Findings("a.csv")
    assert [one.cells for one in CsvFile("a.csv", io.BytesIO(b"a\na\nb\na\n")).records(findings)] == [["b"]]
    with pytest.raises(ContractError, match=r"row 1 \(line 2\) repeats the header: .* \(1 more row has the same"):
        findings.raise_if_any()
    assert len(list(CsvFile("a.csv", io.BytesIO(b"a,b\nb,a\na,c\nA,B\n")).records(Findings("a.csv")))) == 3


def test_memory_does_not_grow_with_the_file() -> None:
    packed = io.BytesIO(gzip.compress(b"a,b,c,d,e,f,g,h,i,j\n" + b"1,2,3,4,5,6,7,8,9,10\n" * 200_000))
    tracemalloc.start()
    count = sum(1 for _ in CsvFile("big.csv.gz", packed).records(Findings("big.csv.gz")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 200_000
    assert peak < 2_000_000
