"""Read one cell of what the pipeline answered, strictly: what cannot be meant is refused with its place."""

from __future__ import annotations

import ast
import json
import math

from include.autopilot.data.labels import Labels
from include.autopilot.errors import EvaluationError

# Containers answer in single precision, and average it over folds.
_SUM_TOLERANCE = 1e-3


def answered_number(place: str, cell: str, joined: str | None = None) -> float:
    """Return a finite number.

    :param joined: the same number as the service wrote it beside the prediction, to prove that it is the same row.
    :raises EvaluationError: it is none, or the two differ.
    """
    number = _number(place, cell)
    other = number if joined is None else _number(place, joined)
    if not math.isclose(number, other, rel_tol=1e-9):
        raise EvaluationError(f"{place} says the target is {other}, but the holdout has {number} there.")
    return number


def answered_label(place: str, cell: str, labels: Labels) -> str:
    """Return a known label.

    :raises EvaluationError: the candidate does not know it, so the pipeline is not the one that was trained.
    """
    found = labels.find(cell)
    if not found:
        known = ", ".join(repr(label) for label in labels.known) or "any text"
        raise EvaluationError(f"{place}: {cell!r} is no class that the candidate knows; expected {known}.")
    return found


def answered_probability(place: str, cell: str) -> float:
    """Return a number from 0 to 1.

    :raises EvaluationError: it is none.
    """
    return _share(place, cell, _number(place, cell))


def answered_probabilities(place: str, cell: str, count: int) -> tuple[float, ...]:
    """Return one probability per class, from a list in brackets like ``[0.9, 0.1]``.

    :raises EvaluationError: it is no such list, has another length, or does not sum to 1.
    """
    try:
        values = json.loads(cell)
    except ValueError:
        values = None
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise EvaluationError(f"{place}: {cell!r} is not a list of probabilities like [0.9, 0.1].")
    if len(values) != count:
        raise EvaluationError(f"{place}: {cell!r} has {len(values)} probabilities for {count} classes.")
    if not math.isclose(math.fsum(values), 1, abs_tol=_SUM_TOLERANCE):
        raise EvaluationError(f"{place}: the probabilities {cell!r} do not sum to 1.")
    return tuple(_share(place, cell, float(value)) for value in values)


def answered_order(place: str, cell: str, labels: Labels) -> tuple[int, ...]:
    """Return where each known class stands in an answer's lists, from a list of classes like ``['no', 'yes']``.

    :raises EvaluationError: it is no such list, or not exactly the known classes.
    """
    try:
        listed = ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError):
        listed = None
    found = [labels.find(str(entry)) for entry in listed] if isinstance(listed, list) else []
    if len(found) != len(labels.known) or set(found) != set(labels.known):
        known = ", ".join(repr(label) for label in labels.known)
        raise EvaluationError(f"{place}: {cell!r} is not a list of the classes {known}.")
    return tuple(found.index(label) for label in labels.known)


def _share(place: str, cell: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise EvaluationError(f"{place}: {cell!r} is not a probability from 0 to 1.")
    return value


def _number(place: str, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError as error:
        raise EvaluationError(f"{place}: {cell!r} is not a number.") from error
    if not math.isfinite(number):
        raise EvaluationError(f"{place}: {cell!r} is not finite.")
    return number
