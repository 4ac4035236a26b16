"""What is predicted: a number or a class, and the metric that fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from include.autopilot.base.errors import DraftError
from include.autopilot.base.metrics import BINARY, MULTICLASS, PROBLEM_TYPES, REGRESSION, usual_metric
from include.autopilot.base.numbers import is_blank, read_number
from include.autopilot.draft.table import Column, Table
from include.autopilot.draft.typednames import listed
from include.autopilot.rows.firstlook import nearly_alike, renamed
from include.autopilot.rows.identity import visible
from include.cells import says_nothing
from include.cells.booleans import read_boolean

# Whole numbers of so few values may be counts, grades or codes of classes; nobody can tell by looking.
_FEW_NUMBERS = 20
# Texts of more values, or of so many for the rows there are, are no classes.
_MOST_CLASSES, _FEWEST_ROWS_EACH = 100, 5
# A class that has more of the rows decides Accuracy nearly alone.
_DOMINANT = 0.6
_MOSTLY_NUMBERS = 0.9
_SHOWN = 5


@dataclass(frozen=True)
class Goal:
    """What is predicted.

    :param metric: the objective.
    :param told: the values of the target, in words.
    :param unmeasured: rows without a target, of which no use can be made.
    :param alike: classes that are nearly another one, in words.
    """

    problem_type: str
    metric: str
    told: str
    unmeasured: int
    alike: tuple[str, ...] = ()


def goal_of(table: Table, target: str, asked: str | None) -> Goal:
    """Return what a target's values say.

    :param asked: the problem type, where a person has said it.
    :raises DraftError: they do not say it, or they contradict what was asked for.
    """
    if asked is not None and asked not in PROBLEM_TYPES:
        raise DraftError(f"PROBLEM_TYPE={asked} is none. Write one of {', '.join(PROBLEM_TYPES)}.")
    column = table.column(target)
    if len(column.distinct) < 2:
        told = f"only the value {column.filled[0]!r}" if column.filled else "no values"
        raise DraftError(f"{table.file}: the target {target} has {told}; there is nothing to predict.")
    problem_type = asked or _problem_type(table, column)
    _check(table, column, problem_type)
    unmeasured = len(column.cells) - len(column.filled)
    if problem_type == REGRESSION:
        low, high = sorted(map(float, column.filled))[:: len(column.filled) - 1]
        return Goal(problem_type, usual_metric(problem_type), f"{low:g} to {high:g}", unmeasured)
    counts = Counter(cell.strip() for cell in column.filled).most_common()
    told = ", ".join(f"{label} {rows:,}" for label, rows in counts[:_SHOWN])
    told += f" and {len(counts) - _SHOWN} classes more" if len(counts) > _SHOWN else ""
    uneven = counts[0][1] > _DOMINANT * len(column.filled)
    alike = tuple(
        f"the class {other!r} is {usual!r} but for its case or spelling, and another class; write one if one is meant"
        for usual, other in nearly_alike(dict(counts))
    )
    return Goal(problem_type, usual_metric(problem_type, uneven), told, unmeasured, alike)


def _problem_type(table: Table, column: Column) -> str:
    classes = len(column.distinct)
    if classes == 2:
        return BINARY
    if column.is_numeric:
        if column.is_whole and classes <= _FEW_NUMBERS:
            raise DraftError(
                f"{table.file}: the target {column.name} has {classes} whole numbers ({_values(column)}). Say whether "
                f"they are amounts, PROBLEM_TYPE={REGRESSION}, or names of classes, PROBLEM_TYPE={MULTICLASS}"
            )
        return REGRESSION
    if told := _instead(table, column):
        raise DraftError(f"{table.file}: the target {column.name} {told}, or say PROBLEM_TYPE={MULTICLASS}")
    if column.number_count >= _MOSTLY_NUMBERS * len(column.filled):
        raise DraftError(f"{_text_in(table, column)} among numbers. Empty such cells, or say PROBLEM_TYPE={MULTICLASS}")
    if classes > _MOST_CLASSES or classes * _FEWEST_ROWS_EACH > len(column.filled):
        raise DraftError(
            f"{table.file}: the target {column.name} has {classes:,} different texts in {len(column.filled):,} rows, "
            f"which are no classes to learn. Name another TARGET, or say PROBLEM_TYPE={MULTICLASS}"
        )
    return MULTICLASS


def _instead(table: Table, column: Column) -> str | None:
    """Say what to deliver in place of a target that a search reads in a feature only; None where it is none such."""
    said = {cell.strip() for cell in column.filled if not says_nothing(cell)}
    first = next((text for text in _texts(table, column) if not says_nothing(text[1])), None)
    if first is None:  # numbers and cells that say nothing
        return None
    if column.kind.name == "amount":
        told = "amounts such as {}. Deliver plain numbers like 1234.5, without signs and groups of thousands"
    elif column.kind.name == "datetime":
        told = "dates such as {}, and no model predicts a date. Deliver the days until then as a number"
    elif column.kind.name == "boolean" and len(said) > 2:
        (language,) = column.kind.decision.form
        for line, cell in _texts(table, column):
            if read_boolean(cell.strip(), language) is None and not says_nothing(cell):
                return f"holds {cell.strip()!r} in line {line} among yes and no. Write one of these there, or nothing"
        told = f"yes and no in {len(said)} ways, such as {{}}. Spell each in one way"
    else:
        return None
    line, cell = first
    return f"holds {told.format(f'{cell.strip()!r} in line {line}')}"


def _check(table: Table, column: Column, problem_type: str) -> None:
    classes = len(column.distinct)
    if problem_type == REGRESSION and (told := _instead(table, column)):
        raise DraftError(f"{table.file}: the target {column.name} {told}.")
    if problem_type == REGRESSION and not column.is_numeric:
        fix = "Empty such cells." if column.number_count else "Leave PROBLEM_TYPE out, or name another TARGET."
        raise DraftError(f"{_text_in(table, column)}, and a regression predicts numbers. {fix}")
    if problem_type == REGRESSION:
        _check_size(table, column)
        return
    _check_classes(table, column)
    if problem_type == BINARY and classes != 2:
        raise DraftError(
            f"{table.file}: {BINARY} is of two classes, and {column.name} has {classes} ({_values(column)})."
        )
    if problem_type == MULTICLASS and classes == 2:
        raise DraftError(f"{table.file}: {column.name} has two classes ({_values(column)}): PROBLEM_TYPE={BINARY}")


def _check_size(table: Table, column: Column) -> None:
    for line, cell, usable in zip(table.lines, column.cells, column.usable, strict=True):
        if not (usable or is_blank(cell)):
            raise DraftError(
                f"{table.file}: the target {column.name} holds {cell!r} in line {line}, which is beyond what trainers "
                "can take (3.4e38, single precision). Put a smaller number there, change the unit, or empty the cell."
            )


def _check_classes(table: Table, column: Column) -> None:
    """See that a search takes every class for one, and each for another one."""
    if nothing := sorted(filter(says_nothing, column.distinct)):
        raise DraftError(
            f"{table.file}: the target {column.name} holds {nothing[0]!r}, which a search takes for no value. Empty "
            f"such cells if nothing was measured, or name the class otherwise, {renamed(nothing[0])!r} say."
        )
    seen: dict[str, str] = {}
    for label in sorted(column.distinct):
        if (other := seen.setdefault(visible(label), label)) != label:
            raise DraftError(
                f"{table.file}: the classes {other!r} and {label!r} of {column.name} look alike and are two texts. "
                "Write them in one way."
            )


def _values(column: Column) -> str:
    return listed(sorted(column.distinct, key=lambda cell: (read_number(cell) or 0, cell)))


def _text_in(table: Table, column: Column) -> str:
    line, cell = next(_texts(table, column))
    return f"{table.file}: the target {column.name} holds the text {cell!r} in line {line}"


def _texts(table: Table, column: Column) -> Iterator[tuple[int, str]]:
    """Give the cells that state no number, and their lines."""
    for line, cell in zip(table.lines, column.cells, strict=True):
        if not is_blank(cell) and read_number(cell) is None:
            yield line, cell
