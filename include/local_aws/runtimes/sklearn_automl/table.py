"""CSV without a header as a table of texts, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError


def parse_cells(data: bytes, place: str) -> NDArray[Any]:
    """Parse UTF-8 CSV into rows by columns of `str`; a missing value is an empty text; blank lines are skipped.

    :param place: what to call the data in a message, such as a file name.
    :raises ClientError: not UTF-8, not CSV, no rows, or rows of different length.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ClientError(f"{place} is not CSV in UTF-8: {error}") from error
    if not rows:
        raise ClientError(f"{place} has no rows")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ClientError(f"{place}: row {number} has {len(row)} columns, row 1 has {len(rows[0])}")
    return np.array(rows, dtype=object)


def read_cells(folder: Path) -> NDArray[Any]:
    """Read every CSV file under `folder`, in the order of their paths, as one table.

    :raises ClientError: there is none, or they differ in width.
    """
    tables = [parse_cells(path.read_bytes(), path.name) for path in sorted(folder.rglob("*")) if path.is_file()]
    if not tables:
        raise ClientError(f"No data in {folder}")
    widths = sorted({table.shape[1] for table in tables})
    if len(widths) > 1:
        raise ClientError(f"the files in {folder} have between {widths[0]} and {widths[-1]} columns")
    return np.concatenate(tables)


def write_numbers(columns: NDArray[np.float64]) -> bytes:
    """Write rows by columns as CSV without a header; NaN is an empty field, numbers read back exactly."""
    text: str = pd.DataFrame(columns).to_csv(header=False, index=False, lineterminator="\n")
    return text.encode()


def write_cells(rows: Iterable[Iterable[str]]) -> bytes:
    """Write texts as CSV without a header, quoted where needed."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()
