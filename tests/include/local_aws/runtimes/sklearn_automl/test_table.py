from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.sklearn_automl.table import parse_cells, read_cells, write_cells, write_numbers


def test_cells_are_texts_and_blanks_stay_blank() -> None:
    cells = parse_cells(b'1,"a, b",\n\n2,"say ""x""",3\n', "x")
    assert cells.tolist() == [["1", "a, b", ""], ["2", 'say "x"', "3"]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "part.csv has no rows"),
        (b"1,2\n3\n", "part.csv: row 2 has 1 columns, row 1 has 2"),
        (b"\xff\xfe", "part.csv is not CSV in UTF-8"),
        (b'"a', "part.csv is not CSV in UTF-8"),
    ],
)
def test_damaged_data_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        parse_cells(data, "part.csv")


def test_files_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("2,x\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "z.csv").write_text("1,x\n")
    assert read_cells(tmp_path)[:, 0].tolist() == ["1", "2"]


def test_files_of_different_width_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2\n")
    (tmp_path / "b.csv").write_text("1,2,3\n")
    with pytest.raises(ClientError, match="between 2 and 3 columns"):
        read_cells(tmp_path)
    with pytest.raises(ClientError, match="No data"):
        read_cells(tmp_path / "nothing")


def test_numbers_read_back_exactly_and_nan_is_blank() -> None:
    numbers = np.array([[0.1 + 0.2, np.nan], [3.9e17, -1.0]])
    text = write_numbers(numbers)
    assert text.splitlines()[0].endswith(b",")
    read = [[float(cell) if cell else np.nan for cell in line.split(",")] for line in text.decode().splitlines()]
    np.testing.assert_array_equal(read, numbers)


def test_texts_are_quoted_where_needed() -> None:
    assert parse_cells(write_cells([["a, b", "c"]]), "x").tolist() == [["a, b", "c"]]
