"""Cells: what comes from the data can begin nothing of its own in them."""

from __future__ import annotations

import ast
import html
import json
from pathlib import Path

import nbformat
import pytest

from include.local_aws.search.notebooks.book import Book, escaped, literal, table
from tests.include.local_aws.search.notebooks.hostile import HOSTILE


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_in_words_is_one_piece_of_code(text: str) -> None:
    told = escaped(text)
    inner = told.removeprefix("<code>").removesuffix("</code>")
    assert html.unescape(inner) == text
    assert all(letter.isalnum() or letter in "&#;" for letter in inner)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_in_code_is_that_text(text: str) -> None:
    book = Book()
    book.values("What", {"ONE": text, "MANY": {text: [text, 1.5, None, True]}})
    (cell,) = json.loads(book.render())["cells"]
    values = [
        ast.literal_eval(one.value) for one in ast.parse("".join(cell["source"])).body if isinstance(one, ast.Assign)
    ]
    assert values == [text, {text: [text, 1.5, None, True]}]


def test_a_literal_of_a_long_table_is_read_back_in_its_order() -> None:
    value = {f"column {number}": {"b": [number] * 40, "a": "x" * 300} for number in range(40)}
    assert list(ast.literal_eval(literal(value)).items()) == list(value.items())


def test_cells_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cells.txt"
    file.write_text("# %% [markdown]\n# ## Title\n#\n# words\n# %%\nx = 1\n\n\ny = 2  # two\n# %%\nz = 3\n")
    book = Book()
    book.words("first")
    book.cells(file)
    cells = json.loads(book.render())["cells"]
    assert [(one["cell_type"], "".join(one["source"])) for one in cells] == [
        ("markdown", "first"),
        ("markdown", "## Title\n\nwords"),
        ("code", "x = 1\n\n\ny = 2  # two"),
        ("code", "z = 3"),
    ]


def test_it_is_a_notebook() -> None:
    book = Book()
    book.words(table(("a", "b"), [(escaped(text), 1) for text in HOSTILE]))
    book.values("What", {"NAMES": list(HOSTILE)}, parameters=True)
    notebook = nbformat.reads(book.render(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert [cell.metadata.get("tags") for cell in notebook.cells] == [None, ["parameters"]]
    assert len(notebook.cells[0].source.splitlines()) == 2 + len(HOSTILE)


def test_a_cell_without_a_tag_of_its_own_has_none() -> None:
    book = Book()
    book.code("x = 1")
    assert json.loads(book.render())["cells"][0]["metadata"] == {}
