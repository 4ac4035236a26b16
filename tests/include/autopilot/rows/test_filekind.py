# ruff: noqa: RUF001
"""A file that is no CSV in UTF-8 is refused for what it is, with the fix."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zipfile

import pandas as pd
import pytest

from include.autopilot.base.errors import ContractError
from include.autopilot.rows.cells import Findings
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.rows.filekind import foreign

TEXT = "id,note,y,a,txt\nr1,n,1.0,2.0,x\n"
CYRILLIC = "номер,заметка,значение\nр1,н,1.0\n"
HAN = "编号,备注,数值\n一,无,1.0\n"


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("drop.csv", TEXT)
    return file.getvalue()


def refused(body: bytes, name: str = "drop.csv") -> str:
    with pytest.raises(ContractError) as caught:
        CsvFile(name, io.BytesIO(body))
    (sentence,) = caught.value.problems
    assert sentence.startswith(name)
    return sentence


@pytest.mark.parametrize(
    ("body", "kind", "fix"),
    [
        (zipped(), "is a ZIP archive or a spreadsheet (.xlsx, .ods), not CSV.", "Export the table as CSV in UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "is an old Excel workbook (.xls)", "Export"),
        (b"PAR1\x15\x04\x15\x10" + bytes(50), "is a Parquet file", "Export the table as CSV"),
        (gzip.compress(TEXT.encode()), "is packed with gzip, once more than its name says", "Unpack it; only files"),
        (bz2.compress(TEXT.encode()), "is packed with bzip2", "with gzip, and called <name>.csv.gz"),
        (lzma.compress(TEXT.encode()), "is packed with xz", "Unpack it"),
        (b'\n{"id": "r1"}\n', "is JSON", "Export"),
        (b'[\n  {"id": "r1"}]', "is JSON", "Export"),
        (b"<!doctype HTML><html>", "is a web page", "an error page instead of the table"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Error/>', "is XML", "an error page"),
    ],
    ids=range(10),  # packed bytes hold the time, and every worker must collect the same tests
)  # fmt: skip
def test_another_kind_of_file_is_named(body: bytes, kind: str, fix: str) -> None:
    assert kind in refused(body)
    assert fix in refused(body)


@pytest.mark.parametrize("text", [TEXT, CYRILLIC, HAN, TEXT.replace(",", "\t"), TEXT * 1000], ids=ascii)
@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_utf_16_and_32_are_named_with_and_without_a_mark(text: str, marked: bool, encoding: str) -> None:
    sentence = refused(("\ufeff" * marked + text).encode(encoding))
    assert encoding[:6].upper() in sentence
    assert "without a byte-order mark" in sentence or marked
    assert 'Save it as UTF-8 (Excel: "CSV UTF-8"' in sentence


def test_two_byte_order_marks_are_named_and_one_does_no_harm() -> None:
    assert "begins with two byte-order marks" in refused(codecs.BOM_UTF8 * 2 + TEXT.encode())
    assert CsvFile("drop.csv", io.BytesIO(codecs.BOM_UTF8 + TEXT.encode())).header[0] == "id"


@pytest.mark.parametrize("line", ["sep=,", "sep=;", "SEP=\t", '"sep=,"', "sep=,,,,,"])
def test_a_note_for_excel_is_no_header(line: str) -> None:
    assert refused(f"{line}\r\n{TEXT}".encode()) == (
        "drop.csv: line 1 says sep=, which is a note for Excel and no header. Remove that line."
    )


def test_latin_1_is_told_by_the_byte_that_is_not_utf_8() -> None:
    sentence = refused("id,größe\n".encode("latin-1"))
    assert sentence == (
        "drop.csv is not UTF-8: byte 5 in the header (line 1). Save it as UTF-8. "
        "It seems to be Latin-1 (Windows-1252), where that byte is 'ö'."
    )


@pytest.mark.parametrize("text", [TEXT, "id,größe\r\nr1,1\r\n", "id,y\u0085r1,1\u0085"], ids=ascii)
def test_ebcdic_is_named_and_the_advice_works(text: str) -> None:
    body = text.encode("cp500")
    assert refused(body).startswith(
        "drop.csv is EBCDIC, as mainframes write it, not UTF-8. Convert it: iconv -f IBM500 -t UTF-8."
    )
    assert CsvFile("drop.csv", io.BytesIO(body.decode("cp500").encode())).header[0] == "id"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("id,y\nr1,é\nr2,é".encode()[:-1], "ends on line 3 (byte 14) in the middle of a character, so it was cut off."),
        ("id,y\nr1,\u20ac".encode()[:-1], "ends on line 2 (byte 8) in the middle of a character, so it was cut off."),
        ("id,y\nr1,é".encode()[:-1], "If it is whole, it is not UTF-8; save it as UTF-8. It seems to be Latin-1"),
        ("id,y\nr1,é".encode() + b"\nr2,\xe9\n", "It seems to be Latin-1 (Windows-1252), where that byte is 'é'."),
    ],
)  # fmt: skip
def test_a_file_cut_off_inside_a_character_is_not_called_latin_1(body: bytes, told: str) -> None:
    with pytest.raises(ContractError) as caught:
        list(CsvFile("drop.csv", io.BytesIO(body)).records(Findings("drop.csv")))
    assert told in str(caught.value)
    assert ("Latin" in str(caught.value)) == ("Latin" in told)


def test_gzip_and_its_name_go_together() -> None:
    body = gzip.compress(TEXT.encode())
    assert CsvFile("drop.csv.gz", io.BytesIO(body)).header[-1] == "txt"
    assert "is not a whole gzip file: Not a gzipped file at all. Name it <name>.csv." in refused(
        TEXT.encode(), "drop.csv.gz"
    )
    assert "once more than its name says" in refused(gzip.compress(body), "drop.csv.gz")
    assert "is UTF-16 without" in refused(gzip.compress(TEXT.encode("utf-16-le")), "drop.csv.gz")
    assert "a ZIP archive" in refused(zipped(), "drop.csv.gz")
    assert "is not a whole gzip file" in refused(body[:20], "drop.csv.gz")


def test_nul_bytes_in_a_header_are_named() -> None:
    assert refused(b"id,no\0te,y\nr1,n,1\n") == (
        "drop.csv has NUL bytes in its header (line 1). Export it again as CSV in UTF-8."
    )


@pytest.mark.parametrize(
    "text",
    [
        "PK,y,a\n1,2,3\n", "PAR1,PAR2\n1,2\n", "BZh,y\n1,2\n", "ORC,y\n", "sep,y\n1,2\n", "id,<html>\n", "Obj,y\n",
        "id,y\n1,\0,\0\n2,\0\0\n", CYRILLIC, HAN, "%PDF,y\n", "[a],{b}\n1,2\n", "7z,y\n",
    ],
)  # fmt: skip
def test_what_may_be_a_table_is_not_taken_for_something_else(text: str) -> None:
    assert foreign(text.encode()) is None
    assert CsvFile("drop.csv", io.BytesIO(text.encode())).header


def test_a_spreadsheet_program_s_own_utf_16_export_is_named() -> None:
    frame = pd.DataFrame({"id": ["r1"], "größe": [1.5]})
    file = io.BytesIO()
    frame.to_csv(file, index=False, sep="\t", encoding="utf-16")
    assert "It is UTF-16. Save it as UTF-8" in refused(file.getvalue())
