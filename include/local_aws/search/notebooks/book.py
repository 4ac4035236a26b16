"""A Jupyter notebook, cell by cell. Whatever comes from the data is escaped: in words as HTML, in code as a literal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from pprint import pformat
from typing import Any

_WIDTH = 110
_NEXT = "# %%"
_WORDS = "[markdown]"
# What papermill and its like replace.
_PARAMETERS = "parameters"


class Book:
    """A notebook being written."""

    def __init__(self) -> None:
        self._cells: list[dict[str, Any]] = []

    def words(self, text: str) -> None:
        """Add a cell of Markdown."""
        self._add("markdown", text)

    def code(self, text: str) -> None:
        """Add a cell of Python."""
        self._add("code", text, execution_count=None, outputs=[])

    def values(self, comment: str, values: dict[str, Any], *, parameters: bool = False) -> None:
        """Add a cell that gives names their values.

        :param comment: its first line, and what a reader may do with it.
        :param parameters: whether programs that run notebooks with other values should look here.
        """
        self.code("\n".join([f"# {comment}", *(f"{name} = {literal(value)}" for name, value in values.items())]))
        if parameters:
            self._cells[-1]["metadata"]["tags"] = [_PARAMETERS]

    def cells(self, file: Path) -> None:
        """Add the cells of a file: each begins with ``# %%``, one of Markdown with ``# %% [markdown]``."""
        for kind, lines in _split(file.read_text(encoding="utf-8").splitlines()):
            if kind == _WORDS:
                self.words("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))
            else:
                self.code("\n".join(lines))

    def render(self) -> str:
        """Return the file."""
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        return json.dumps({"cells": self._cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1)

    def _add(self, kind: str, text: str, **more: Any) -> None:
        name = f"cell-{len(self._cells)}"
        source = text.strip("\n").splitlines(keepends=True)
        self._cells.append({"cell_type": kind, "id": name, "metadata": {}, "source": source, **more})


def escaped(text: str) -> str:
    """Return any text as one piece of code in Markdown: neither Markdown nor HTML nor a formula can begin in it."""
    return f"<code>{''.join(one if one.isalnum() else f'&#{ord(one)};' for one in text)}</code>"


def literal(value: Any) -> str:
    """Return plain values as Python: what is read back is the same, and no text can end its quotes."""
    return pformat(value, width=_WIDTH, sort_dicts=False, compact=True)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table of texts that are :func:`escaped` where they have to be."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _split(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    kind, found = "", list[str]()
    for line in lines:
        if line.startswith(_NEXT):
            if found:
                yield kind, found
            kind, found = line.removeprefix(_NEXT).strip(), []
        else:
            found.append(line)
    yield kind, found
