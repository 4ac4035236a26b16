from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from include.autopilot.base.csvlines import encode_file, encode_line


@given(st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8")), min_size=1))
def test_a_line_reads_back(cells: list[str]) -> None:
    assert next(csv.reader(io.StringIO(encode_line(cells) + "\n", newline=""))) == cells


def test_a_file_ends_every_line() -> None:
    assert encode_file(["a,b", '"c, d",e']) == b'a,b\n"c, d",e\n'
    assert encode_file([]) == b""
