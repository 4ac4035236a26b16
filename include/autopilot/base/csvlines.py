"""One row as one CSV line, quoted where it must be: column names and texts hold commas, quotes and brackets."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence


class _Echo:
    """A file whose ``write`` gives the text back; ``csv.writer.writerow`` returns what ``write`` returns."""

    def write(self, text: str) -> str:
        return text


# csv quotes a cell that holds a character of the line end, so both are in it and are cut off again.
_END = "\r\n"
# What makes a spreadsheet take a text for a formula.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WRITER = csv.writer(_Echo(), lineterminator=_END)


def encode_line(cells: Sequence[str]) -> str:
    """Return the cells as one CSV line without a line end."""
    line: object = _WRITER.writerow(cells)
    return str(line).removesuffix(_END)


def encode_file(lines: Iterable[str]) -> bytes:
    """Return lines as the bytes of a file, each line ended by a line feed."""
    return "".join(f"{line}\n" for line in lines).encode()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: a text that looks like one gets an apostrophe in front."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
