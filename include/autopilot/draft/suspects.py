"""Columns that a model should not learn from, or that a person should look at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from include.autopilot.base.numbers import is_blank, read_number
from include.autopilot.candidate.contract import Schema
from include.autopilot.draft.keys import is_named_id, is_row_number
from include.autopilot.draft.table import Column, Table
from include.autopilot.drift.echo import echoes_of
from include.autopilot.rows.firstlook import is_meant
from include.cells.amounts import read_amount

_MOSTLY_NUMBERS = 0.9
# Texts of which so large a share differ are free text, or name things.
_NAMES = 0.5
_MOST_ROWS = 20_000
# Of each, from which on it is no accident that all rows of one value have larger targets than those of another.
_FEWEST_OF_STEP, _MOST_STEPS = 10, 7
# So many exceptions, as a share of the rows of the rarer value, still look like a threshold.
_EXCEPTIONS = 0.05
# Fewer different numbers are flags or counts, whatever the column is called.
_FEWEST_CODES = 10


@dataclass(frozen=True)
class Suspect:
    """One column.

    :param why: how it looks, after the column's name.
    :param clear: whether there is no doubt: it goes to ``ignore``.
    """

    name: str
    why: str
    clear: bool


def suspects_of(table: Table, target: str, key: str) -> tuple[Suspect, ...]:
    """Return the columns to leave out and those to look at, in the table's order."""
    measured = table.column(target)
    others = (column for column in table.columns() if column.name not in (target, key))
    return tuple(found for column in others if (found := _suspect(table, column, measured)) is not None)


def _suspect(table: Table, column: Column, target: Column) -> Suspect | None:
    if not column.filled:
        return Suspect(column.name, "has no values", clear=True)
    if len(column.distinct) == 1 and len(column.filled) == len(column.cells):
        return Suspect(column.name, f"is {column.filled[0].strip()!r} in every row", clear=True)
    if how := _echo(column, target):
        return Suspect(column.name, f"{how}: not known yet when a prediction is wanted", clear=True)
    if (share := _threshold(column, target)) is not None:
        why = f"follows a threshold of the target in {1 - share:.1%} of the rows; ignore it if it is made from it"
        return Suspect(column.name, why, clear=not share)
    if column.kind.name == "datetime":
        why = "holds dates, of which a model learns year, month, weekday, hour and time elapsed"
        why += "; ignore it if it only says when the row was written"
        if column.kind.decision.undecided:
            why += f". Taken for {column.kind.note}: write days like 2024-01-31 if that is wrong"
        return Suspect(column.name, why, clear=False)
    if column.kind.name in ("amount", "boolean") or column.is_prose:
        return None
    if column.number_count:
        return _odd_numbers(table, column)
    return _odd_texts(column)


def _odd_numbers(table: Table, column: Column) -> Suspect | None:
    if column.is_unique and column.is_whole and (is_named_id(column.name) or is_row_number(column)):
        return Suspect(column.name, "numbers the rows", clear=True)
    if column.is_whole and is_named_id(column.name) and len(column.distinct) >= _FEWEST_CODES:
        why = "looks like codes, and 7 is no more than 3; if so, deliver them as texts (B7), or ignore the column"
        return Suspect(column.name, why, clear=False)
    numeric = column.kind.name == "numeric"
    odd = [
        (line, cell)
        for line, cell, usable in zip(table.lines, column.cells, column.usable, strict=True)
        if not (usable if numeric else read_number(cell) is not None) and not is_blank(cell)
    ]
    if odd and (numeric or _MOSTLY_NUMBERS * len(column.filled) <= column.number_count):
        line, cell = odd[0]
        why = f"has numbers and {len(odd):,} texts, first {cell!r} in line {line}; empty such cells, or all are texts"
        if numeric:
            why = _odd_in_numbers(odd)
        return Suspect(column.name, why, clear=False)
    return None


def _odd_in_numbers(odd: Sequence[tuple[int, str]]) -> str:
    """Say what becomes of cells among numbers.

    :param odd: line and cell of each.
    """
    told = []
    if meant := [one for one in odd if is_meant(one[1])]:
        line, cell = meant[0]
        told.append(
            f"has numbers and cells that are none, or too large ({len(meant):,}, first {cell!r} in line {line}); empty "
            "them, or delivery and search refuse the file"
        )
    if texts := [one for one in odd if not is_meant(one[1])]:
        line, cell = texts[0]
        told.append(
            f"has codes or words among numbers ({len(texts):,}, first {cell!r} in line {line}); ignore it or write all "
            "so (B7 for 7): every run after a search that reads it as numbers refuses them"
        )
    return "; it ".join(told)


def _odd_texts(column: Column) -> Suspect | None:
    if column.is_unique and column.kind.name == "ignored":
        return Suspect(column.name, "has another text in every row", clear=True)
    if len(column.distinct) > _NAMES * len(column.filled):
        why = f"has {len(column.distinct):,} different texts in {len(column.filled):,} rows; if they are names, ignore"
        return Suspect(column.name, why, clear=False)
    return None


def _echo(column: Column, target: Column) -> str | None:
    """Return how a column says the target over again: by its values, or by being filled in at all."""
    rows = [(one, other) for one, other in zip(column.cells, target.cells, strict=True) if not is_blank(other)][
        :_MOST_ROWS
    ]
    filled = [(one.strip(), other.strip()) for one, other in rows if not is_blank(one)]
    if how := _found(filled, column):
        return how
    there = [("blank" if is_blank(one) else "filled", other.strip()) for one, other in rows]
    return "is filled in for one class of the target only" if _found(there) else None


def _threshold(column: Column, target: Column) -> float | None:
    """Return in what share of the rows a column does not follow a threshold of the target; None where it has none."""
    if not target.is_numeric or len(column.distinct) > _MOST_STEPS:
        return None
    both = [
        (float(goal), cell.strip())
        for cell, goal in zip(column.cells, target.cells, strict=True)
        if not (is_blank(cell) or is_blank(goal))
    ]
    return _exceptions(both)


def _exceptions(rows: Sequence[tuple[float, str]]) -> float | None:
    """Return the share of rows that do not follow a threshold of the target; None where the column has none.

    Of more than two values each must have a range of the target for itself.
    """
    counts = Counter(cell for _, cell in rows)
    if not 2 <= len(counts) <= _MOST_STEPS or min(counts.values()) < _FEWEST_OF_STEP:
        return None
    ordered = [cell for _, cell in sorted(rows)]
    if len([one for one, _ in groupby(ordered)]) == len(counts):
        return 0.0
    if len(counts) > 2:
        return None
    ones = np.concatenate([[0], np.cumsum([cell == ordered[0] for cell in ordered])])
    # Below a threshold there would be one value only, above it the other.
    right = ones + (len(rows) - np.arange(len(rows) + 1)) - (ones[-1] - ones)
    wrong = int(min(len(rows) - right.max(), right.min()))
    return wrong / len(rows) if wrong <= _EXCEPTIONS * min(counts.values()) else None


def _found(rows: Sequence[tuple[str, str]], column: Column | None = None) -> str | None:
    """Return how the first cells say the second over again.

    :param column: of the first cells, where they may be amounts.
    """
    if not rows:
        return None
    cells = np.array(rows, dtype=object)
    numbers = np.full(cells.shape, np.nan)
    if column is not None and column.kind.name == "amount":
        read = [read_amount(one, *column.kind.decision.form) for one, _ in rows]
        numbers[:, 0] = [np.nan if value is None else value for value in read]
    found = echoes_of(cells, numbers, Schema(("feature", "target"), "target", (), ()))
    return found[0].how if found else None
