"""Headerless CSV of numbers: text to a matrix, refusing what is not a number instead of guessing."""

from __future__ import annotations

import csv
import io

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.number_texts import number_in


def parse_numbers(data: bytes, where: str) -> NDArray[np.float64]:
    """Parse UTF-8 CSV without a header into rows by columns; an empty field becomes NaN, blank lines are skipped.

    :param where: what to call the data in a message, such as a file name.
    :raises ClientError: not UTF-8, no rows, uneven rows, or a field that is no number; names row and column.
    """
    rows: list[list[float]] = []
    for number, fields in enumerate(_rows(data, where), start=1):
        if rows and len(fields) != len(rows[0]):
            raise ClientError(f"{where}: row {number} has {len(fields)} columns, row 1 has {len(rows[0])}")
        rows.append([_number(field, where, number, column) for column, field in enumerate(fields, start=1)])
    if not rows:
        raise ClientError(f"{where} has no rows")
    return np.array(rows, dtype=np.float64)


def _rows(data: bytes, where: str) -> list[list[str]]:
    try:
        text = data.decode("utf-8")
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ClientError(f"{where} is not CSV: {error}") from error


def _number(field: str, where: str, row: int, column: int) -> float:
    number = number_in(field)
    if number is None:
        shown = field if len(field) <= 40 else field[:37] + "..."
        raise ClientError(
            f"{where}: row {row}, column {column}: {shown!r} is not a number "
            "(CSV for training and inference has no header and no text)"
        )
    return number
