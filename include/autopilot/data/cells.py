"""Check the cells of a file and word what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from include.autopilot.errors import ContractError, NewClassError

# Problems told in full; a file with a thousand wrong cells does not need a thousand sentences.
_TOLD = 20
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file: its number, the line it starts on, its cells, and whether it spans several lines."""

    row: int
    line: int
    cells: Sequence[str]
    spans_lines: bool


class Findings:
    """What is wrong with one file: per column and fault the first row, and how many more."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._first: dict[tuple[str | None, str], str] = {}
        self._more: dict[tuple[str | None, str], int] = {}
        self._searchable = True

    def add(self, column: str | None, record: Record, fault: str, fix: str, searchable: bool = False) -> None:
        """Note a fault.

        :param column: None where it concerns the whole row.
        :param searchable: it is a class to learn: a search would not stop at it.
        """
        self._searchable &= searchable
        # The fix names the kind of fault; the fault itself may quote the cell.
        kind = (column, fix)
        if kind in self._first:
            self._more[kind] += 1
            return
        place = "" if column is None else f"column {column!r}, "
        self._first[kind] = f"{self._file}: {place}row {record.row} (line {record.line}) {fault}. {fix}."
        self._more[kind] = 0

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self._first)

    def raise_if_any(self) -> None:
        """Raise what was found.

        :raises NewClassError: only classes to learn were found.
        :raises ContractError: something else was found.
        """
        if not self._first:
            return
        told = [_with_count(text, self._more[kind]) for kind, text in list(self._first.items())[:_TOLD]]
        untold = len(self._first) - len(told)
        refusal = NewClassError if self._searchable else ContractError
        raise refusal(told + ([f"{self._file}: {untold} more columns have problems."] if untold else []))


def is_blank(cell: str) -> bool:
    """Whether a cell is a missing value: empty, or ``nan`` as pandas and Autopilot's featurizer read it."""
    return cell.strip().lower() in ("", "nan")


def check_numbers(block: Sequence[Record], positions: Sequence[int], header: Sequence[str], findings: Findings) -> None:
    """Find cells of numeric columns that are text or infinite; missing values are the featurizer's business."""
    if not positions:
        return
    cells = np.array([[record.cells[position] for position in positions] for record in block], dtype=object)
    numbers = pd.to_numeric(pd.Series(cells.ravel()), errors="coerce").to_numpy(dtype=float).reshape(cells.shape)
    for row, column in np.argwhere(~np.isfinite(numbers)):
        cell = str(cells[row, column])
        if is_blank(cell):
            continue
        name, shown = header[positions[column]], repr(cell[:_SHOWN])
        if _is_infinite(cell):
            findings.add(name, block[row], f"is infinite: {shown}", "Put a finite number there or leave the cell empty")
        else:
            findings.add(name, block[row], f"holds text: {shown}", "Put a number there or leave the cell empty")


def _is_infinite(cell: str) -> bool:
    """Whether the cell says so or is too large for a number; pandas 2 calls the latter text, pandas 3 infinite."""
    try:
        return math.isinf(float(cell))
    except ValueError:
        return False


def _with_count(text: str, more: int) -> str:
    if not more:
        return text
    return f"{text[:-1]} ({more} more {'row has' if more == 1 else 'rows have'} the same problem)."
