"""Check the cells of a file and word what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from include.autopilot.base.errors import ContractError, NewClassError
from include.autopilot.base.metrics import BINARY, MULTICLASS
from include.autopilot.base.numbers import is_blank, read_answer, read_numbers

# Problems told in full; a file with a thousand wrong cells does not need a thousand sentences.
_TOLD = 20
_SHOWN = 40
# What Python's csv takes by itself, in the containers that SageMaker starts, too.
LONGEST_CELL = 131_072
_LONG = f"A job reads cells of up to {LONGEST_CELL:,}; shorten the text"
NUMBER_FIX = "Put a number there or leave the cell empty"
# Different texts of a column that may be classes; more are none that anybody would name.
_MOST_CLASSES = 20
_SINGLE = "Put a number up to 3.4e38 (single precision) there, change the column's unit, or leave the cell empty"


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file: its number, the line it starts on, its cells, and whether it spans several lines.

    :param odd: whether it may hold a NUL, or a cell that is longer than one may be.
    """

    row: int
    line: int
    cells: Sequence[str]
    spans_lines: bool
    odd: bool = False


class Findings:
    """What is wrong with one file: per column and fault the first row, and how many more."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._first: dict[tuple[str | None, str], str] = {}
        self._more: dict[tuple[str | None, str], int] = {}
        self._texts: dict[str | None, dict[str, None]] = {}
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

    def add_number(self, column: str, record: Record, cell: str) -> None:
        """Note a cell of a numeric column that no trainer can take."""
        fault, fix = fault_of(cell)
        texts = self._texts.setdefault(column, {})
        if fix == NUMBER_FIX and len(texts) <= _MOST_CLASSES:
            texts[cell.strip()] = None
        self.add(column, record, fault, fix)

    def ask_for_classes(self, column: str, rows: int) -> None:
        """Say of a target without any number that its texts may be classes.

        :param rows: how many rows have a target.
        """
        kind, texts = (column, NUMBER_FIX), self._texts.get(column, {})
        if kind in self._first and self._more[kind] + 1 == rows and 1 < len(texts) <= _MOST_CLASSES:
            problem = BINARY if len(texts) == 2 else MULTICLASS
            self._first[kind] = (
                f"{self._file}: the target column {column!r} holds no number in its {rows} rows, but "
                f"{', '.join(map(repr, sorted(texts)))}. If these are classes, write problem_type: {problem} and a "
                "metric for it under search in the YAML of the model, and search. If they are not, put numbers there."
            )
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
        told = [with_count(text, self._more[kind]) for kind, text in list(self._first.items())[:_TOLD]]
        untold = len(self._first) - len(told)
        refusal = NewClassError if self._searchable else ContractError
        raise refusal(told + ([f"{self._file}: {untold} more columns have problems."] if untold else []))


def check_numbers(block: Sequence[Record], positions: Sequence[int], header: Sequence[str], findings: Findings) -> None:
    """Find cells of numeric columns that no trainer can take; missing values are the featurizer's business."""
    if not positions:
        return
    cells = np.array([[record.cells[position] for position in positions] for record in block], dtype=object)
    # Features and targets reach the trainers in single precision (RecordIO, XGBoost's matrices), where a number beyond
    # 3.4e38 is infinite and fails the training. One below 1e-45 is zero there; as small as it is, that does no harm.
    with np.errstate(over="ignore"):
        odd = ~np.isfinite(read_numbers(cells).astype(np.float32))
    for row, column in np.argwhere(odd):
        cell = str(cells[row, column])
        if not is_blank(cell):
            findings.add_number(header[positions[column]], block[row], cell)


def check_texts(
    record: Record, positions: Iterable[int], numeric: Collection[int], header: Sequence[str], findings: Findings
) -> None:
    """Find cells that what reads them next would end early, or not take at all.

    :param positions: of the columns that are needed; what stands in others does not matter.
    :param numeric: those of them that :func:`check_numbers` looks at, to which a NUL is text.
    """
    if not (record.spans_lines or record.odd):
        return
    for position in positions:
        column, cell = header[position], record.cells[position]
        if "\n" in cell or "\r" in cell:
            findings.add(column, record, "holds a line break", "SageMaker splits rows there; remove it")
        if "\0" in cell and position not in numeric:
            findings.add(column, record, "holds a NUL byte", "What is written in C ends a text there; remove it")
        if len(cell) > LONGEST_CELL:
            findings.add(column, record, f"has {len(cell):,} characters in one cell", _LONG)


def fault_of(cell: str) -> tuple[str, str]:
    """Return what is wrong with a cell of a numeric column, and what to do."""
    number, shown = read_answer(cell), repr(cell[:_SHOWN])
    if number is None or math.isnan(number):
        return f"holds text: {shown}", NUMBER_FIX
    if math.isinf(number):
        return f"is infinite: {shown}", "Put a finite number there or leave the cell empty"
    return f"is beyond what trainers can take: {shown}", _SINGLE


def with_count(text: str, more: int) -> str:
    """Return a sentence that says how many more rows have the same problem."""
    if not more:
        return text
    return f"{text[:-1]} ({more} more {'row has' if more == 1 else 'rows have'} the same problem)."
