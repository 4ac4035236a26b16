"""The raw data of a search: CSV files with a header as one table of texts."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError


@dataclass(frozen=True)
class Table:
    """Column names and rows by columns of `str`."""

    names: tuple[str, ...]
    cells: NDArray[Any]

    def column(self, name: str) -> NDArray[Any]:
        """Return the texts of one column."""
        column: NDArray[Any] = self.cells[:, self.names.index(name)]
        return column


def read_table(folder: Path, gzipped: bool) -> Table:
    """Read every file under `folder` in the order of their paths.

    The first row of the first file is the header; other files may repeat it.

    :raises ClientError: no data, no header, a repeated column name, or rows of another width; names file and row.
    """
    header: tuple[str, ...] | None = None
    rows: list[list[str]] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        records = _records(path, gzipped)
        if header is None and records:
            header = _header(records[0], path.name)
            records = records[1:]
        elif records and tuple(records[0]) == header:
            records = records[1:]
        for number, record in enumerate(records, start=1):
            if header is not None and len(record) != len(header):
                raise ClientError(
                    f"{path.name}: data row {number} has {len(record)} columns, the header has {len(header)}"
                )
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


def _header(record: list[str], name: str) -> tuple[str, ...]:
    twice = sorted({column for column in record if record.count(column) > 1})
    if twice:
        raise ClientError(f"{name}: the header names the column {twice[0]!r} twice")
    return tuple(record)
