"""Read one cell of what the pipeline answered, strictly: what cannot be meant is refused with its place.

Two refusals are told apart. A cell that says that there is no value (blank, ``nan``, ``inf``), or a number that cannot
be (a probability of 2), is the model's fault: it did not answer the row. Any other text is no answer at all: the file
is not what was asked for.
"""

from __future__ import annotations

import ast
import json
import math

from include.autopilot.base.errors import EvaluationError, NoAnswerError
from include.autopilot.base.numbers import is_blank, read_answer
from include.autopilot.rows.labels import Labels

# Containers answer in single precision, and average it over folds.
_SUM_TOLERANCE = 1e-3


def predicted_number(place: str, cell: str, joined: str | None = None) -> float:
    """Return a finite number.

    :param joined: the same number as the service wrote it beside the prediction, to prove that it is the same row.
    :raises NoAnswerError: the cell says that there is none.
    :raises EvaluationError: it is none, or the two differ.
    """
    number = _number(place, cell)
    other = number if joined is None else _number(place, joined)
    if not math.isclose(number, other, rel_tol=1e-9):
        raise EvaluationError(f"{place} says the target is {other}, but the holdout has {number} there.")
    return number


def predicted_label(place: str, cell: str, labels: Labels) -> str:
    """Return a known label.

    :raises NoAnswerError: the cell says that there is none.
    :raises EvaluationError: the candidate does not know it, so the pipeline is not the one that was trained.
    """
    found = labels.find(cell)
    if not found:
        refusal = NoAnswerError if is_blank(cell) else EvaluationError
        known = ", ".join(repr(label) for label in labels.known) or "any text"
        raise refusal(f"{place}: {cell!r} is no class that the candidate knows; expected {known}.")
    return found


def predicted_probability(place: str, cell: str) -> float:
    """Return a number from 0 to 1.

    :raises NoAnswerError: it is another number, or the cell says that there is none.
    :raises EvaluationError: it is no number.
    """
    return _share(place, cell, _number(place, cell))


def predicted_probabilities(place: str, cell: str, count: int) -> tuple[float, ...]:
    """Return one probability per class, from a list in brackets like ``[0.9, 0.1]``.

    :raises NoAnswerError: its numbers are no probabilities, or the cell says that there is none.
    :raises EvaluationError: it is no such list, or has another length.
    """
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or not all(type(value) in (int, float, type(None)) for value in values):
        refusal = NoAnswerError if is_blank(cell) else EvaluationError
        raise refusal(f"{place}: {cell!r} is not a list of probabilities like [0.9, 0.1].")
    if len(values) != count:
        raise EvaluationError(f"{place}: {cell!r} has {len(values)} probabilities for {count} classes.")
    shares = tuple(_share(place, cell, math.nan if value is None else value) for value in values)
    if not math.isclose(math.fsum(shares), 1, abs_tol=_SUM_TOLERANCE):
        raise NoAnswerError(f"{place}: the probabilities {cell!r} do not sum to 1.")
    return shares


def predicted_order(place: str, cell: str, labels: Labels) -> tuple[int, ...]:
    """Return where each known class stands in an answer's lists, from a list of classes like ``['no', 'yes']``.

    :raises NoAnswerError: the cell says that there is none.
    :raises EvaluationError: it is no such list, or not exactly the known classes.
    """
    try:
        listed = ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        listed = None
    found = [labels.find(str(entry)) for entry in listed] if isinstance(listed, list) else []
    if len(found) != len(labels.known) or set(found) != set(labels.known):
        known = ", ".join(repr(label) for label in labels.known)
        refusal = NoAnswerError if is_blank(cell) else EvaluationError
        raise refusal(f"{place}: {cell!r} is not a list of the classes {known}.")
    return tuple(found.index(label) for label in labels.known)


def _share(place: str, cell: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise NoAnswerError(f"{place}: {cell!r} is not a probability from 0 to 1.")
    return float(value)


def _number(place: str, cell: str) -> float:
    number = read_answer(cell)
    if number is None:
        refusal = NoAnswerError if is_blank(cell) else EvaluationError
        raise refusal(f"{place}: {cell!r} is not a number.")
    if not math.isfinite(number):
        raise NoAnswerError(f"{place}: {cell!r} is not finite.")
    return number
