from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.autopilot.base.csvlines import encode_file, encode_line, harmless


@given(st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8")), min_size=1))
def test_a_line_reads_back(cells: list[str]) -> None:
    assert next(csv.reader(io.StringIO(encode_line(cells) + "\n", newline=""))) == cells


def test_a_file_ends_every_line() -> None:
    assert encode_file(["a,b", '"c, d",e']) == b'a,b\n"c, d",e\n'
    assert encode_file([]) == b""


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "\n=1", "-1+cmd|'x'", "-1e5e5"])
def test_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-1.5", "+2", "-1e-300", "CC(=O)O", "[NH3+]C", "", "a=b", "'x"])
def test_a_number_and_a_text_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell
