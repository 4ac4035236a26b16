"""The raw data of a search: CSV files with a header as one table of texts."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.transform.records import LINE_BREAKS

_LINE_BREAK = re.compile(r"[\r\n]")


@dataclass(frozen=True)
class Table:
    """Column names and rows by columns of `str`."""

    names: tuple[str, ...]
    cells: NDArray[Any]

    def column(self, name: str) -> NDArray[Any]:
        """Return the texts of one column."""
        column: NDArray[Any] = self.cells[:, self.names.index(name)]
        return column


def read_table(folder: Path, gzipped: bool, one_line: bool = False) -> Table:
    """Read every file under `folder` in the order of their paths.

    The first row of the first file is the header; other files may repeat it.

    :param one_line: whether no cell may go on in the next line.
    :raises ClientError: no data, no header, a repeated column name, the header written otherwise in another file or
        once more among the rows, rows of another width, or a line break that may not be; names file and row.
    """
    header: tuple[str, ...] | None = None
    first = ""
    rows: list[list[str]] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        records = _records(path, gzipped)
        if header is None and records:
            header, first = _header(records[0], path.name), path.name
            records = records[1:]
        elif header is not None and records and _repeats(header, records[0], path.name, first):
            records = records[1:]
        if header is not None:
            _check_rows(header, records, path.name, one_line)
        rows.extend(records)
    if header is None:
        raise ClientError("the input has no data")
    cells = np.array(rows, dtype=object) if rows else np.empty((0, len(header)), dtype=object)
    return Table(header, cells)


def write_rows(path: Path, cells: NDArray[Any]) -> None:
    """Write rows as CSV without a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(cells.tolist())


def _records(path: Path, gzipped: bool) -> list[list[str]]:
    try:
        data = gzip.decompress(path.read_bytes()) if gzipped else path.read_bytes()
        text = data.decode("utf-8-sig")
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error, OSError, EOFError) as error:
        raise ClientError(f"{path.name} is not CSV in UTF-8: {error}") from error


def _repeats(header: tuple[str, ...], record: list[str], name: str, first: str) -> bool:
    """Whether a file's first row is the header again; one with the same columns, written otherwise, is refused."""
    if tuple(record) == header:
        return True
    if _spelt(record) == _spelt(header):
        raise ClientError(
            f"the header of {name} names the columns of {first} in another order or spelling: "
            f"{','.join(record)!r} instead of {','.join(header)!r}; write the same header in both files"
        )
    return False


def _spelt(names: Iterable[str]) -> list[str]:
    return sorted(name.strip().casefold() for name in names)


def _check_rows(header: tuple[str, ...], records: list[list[str]], name: str, one_line: bool) -> None:
    for number, record in enumerate(records, start=1):
        if len(record) != len(header):
            raise ClientError(f"{name}: data row {number} has {len(record)} columns, the header has {len(header)}")
        if tuple(record) == header:
            raise ClientError(f"{name}: data row {number} repeats the header, so its target would be one; remove it")
        if (
            one_line
            and (at := next((at for at, cell in enumerate(record) if _LINE_BREAK.search(cell)), None)) is not None
        ):
            raise ClientError(f"{name}: data row {number} has a line break in the column {header[at]!r}: {LINE_BREAKS}")


def _header(record: list[str], name: str) -> tuple[str, ...]:
    twice = sorted({column for column in record if record.count(column) > 1})
    if twice:
        raise ClientError(f"{name}: the header names the column {twice[0]!r} twice")
    return tuple(record)
