from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.data_builder.table import read_table, write_rows


def test_the_first_file_has_the_header_and_others_may_repeat_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('\ufeff"b (c, d)",y\n1,2\n', encoding="utf-8")
    (tmp_path / "b.csv").write_text('"b (c, d)",y\n3,4\n')
    (tmp_path / "c.csv").write_text("5,\n")
    (tmp_path / "d.csv").write_text("")
    table = read_table(tmp_path, gzipped=False)
    assert table.names == ("b (c, d)", "y")
    assert table.column("y").tolist() == ["2", "4", ""]


def test_gzip(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"y,a\n1,2\n"))
    assert read_table(tmp_path, gzipped=True).cells.tolist() == [["1", "2"]]
    with pytest.raises(ClientError, match="not CSV in UTF-8"):
        read_table(tmp_path, gzipped=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no data"),
        ("a,b,a\n1,2,3\n", "a.csv: the header names the column 'a' twice"),
        ("a,b\n1,2\n3\n", "a.csv: data row 2 has 1 columns, the header has 2"),
    ],
)
def test_data_that_are_no_table(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(ClientError, match=message):
        read_table(tmp_path, gzipped=False)


def test_rows_are_written_without_a_header(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text('a,b\n"x, y",\n')
    write_rows(tmp_path / "out" / "chunk_0.csv", read_table(tmp_path / "in", gzipped=False).cells)
    assert (tmp_path / "out" / "chunk_0.csv").read_text() == '"x, y",\n'


def test_the_header_once_more_among_the_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,y\n1,2\n")
    (tmp_path / "2.csv").write_text("a,y\n1,no\na,y\n2,yes\n")
    with pytest.raises(ClientError) as error:
        read_table(tmp_path, gzipped=False)
    assert str(error.value) == "2.csv: data row 2 repeats the header, so its target would be one; remove it"


@pytest.mark.parametrize("header", ["y,a", "a,y ", "A,y"])
def test_the_header_written_otherwise_in_another_file_is_refused(tmp_path: Path, header: str) -> None:
    (tmp_path / "1.csv").write_text("a,y\n1,2\n")
    (tmp_path / "2.csv").write_text(f"{header}\n3,4\n")
    with pytest.raises(ClientError) as error:
        read_table(tmp_path, gzipped=False)
    assert str(error.value) == (
        f"the header of 2.csv names the columns of 1.csv in another order or spelling: '{header}' instead of 'a,y'; "
        "write the same header in both files"
    )
