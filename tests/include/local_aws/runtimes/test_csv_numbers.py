from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.csv_numbers import parse_numbers


def test_numbers_blanks_quotes_and_line_ends() -> None:
    table = parse_numbers(b'1,-2.5e3,\r\n"4", nan ,inf\n\n', "x.csv")
    np.testing.assert_array_equal(table, [[1, -2500, np.nan], [4, np.nan, np.inf]])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x.csv has no rows"),
        (b"\n\n", "x.csv has no rows"),
        (b"1,2\n3\n", "x.csv: row 2 has 1 columns, row 1 has 2"),
        (b"y,x\n1,2\n", "x.csv: row 1, column 1: 'y' is not a number (CSV for training and inference has no header"),
        (b"1,1_000\n", "x.csv: row 1, column 2: '1_000' is not a number"),
        (b"1," + b"z" * 50, "x.csv: row 1, column 2: '" + "z" * 37 + "...' is not a number"),
        (b"\xff\xfe", "x.csv is not CSV: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b'1,"2', "x.csv is not CSV: unexpected end of data"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        parse_numbers(data, "x.csv")
    assert str(caught.value).startswith(message)
