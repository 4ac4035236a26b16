"""The rows of the judging holdout, worst predicted first, and pictures of the first where they have structures."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from include.autopilot.base.errors import DropError
from include.autopilot.drops.heldcells import cells_of
from include.autopilot.drops.plan import Plan
from include.autopilot.evaluation.outcome import NO_LABEL, Classes, Numbers, Outcome
from include.autopilot.evaluation.predictions import Predictions
from include.autopilot.structures.drawing import can_draw, drawn

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

# What a page of less than a megabyte has room for beside its charts.
MOST_ROWS, MOST_DRAWN = 400, 12
_LONGEST = 80


@dataclass(frozen=True)
class ListedRow:
    """One row of the holdout.

    :param error: predicted minus measured, and of classes what the measured class lacks to certainty; None: no answer.
    """

    key: str
    actual: float | str
    predicted: float | str | None
    error: float | None


@dataclass(frozen=True)
class DrawnRow:
    """A row with its structure.

    :param text: the structure as it is written, cut where it is long; ``picture``: as it is drawn; None: it cannot be.
    """

    row: ListedRow
    text: str
    picture: Markup | None


@dataclass(frozen=True)
class Listed:
    """What the page lists.

    :param rows: the worst predicted, worst first; ``of``: how many the holdout has.
    :param numbers: whether the target is a number; ``sure``: whether the error of a class is a probability.
    :param structures: the worst predicted with their structures; empty where the model names no such column.
    :param problem: why there are none.
    """

    holdout: str
    rows: tuple[ListedRow, ...]
    of: int
    numbers: bool
    sure: bool
    structures: tuple[DrawnRow, ...] = ()
    problem: str | None = None

    @property
    def drawn(self) -> bool:
        """Whether a structure was drawn."""
        return any(one.picture is not None for one in self.structures)


def listed(s3: S3Client, plan: Plan, found: Predictions, structures: str | None) -> Listed:
    """Return the rows of a holdout.

    :param structures: the column that has a structure in SMILES; None: there is none.
    """
    outcome = found.outcome
    errors = _errors(outcome)
    order = sorted(range(len(errors)), key=lambda place: -_size(errors[place]))[:MOST_ROWS]
    rows = tuple(_row(found, place, errors[place]) for place in order)
    sure = isinstance(outcome, Classes) and outcome.probabilities is not None
    numbers = isinstance(outcome, Numbers)
    told = Listed(found.holdout, rows, len(errors), numbers, sure)
    if structures is None:
        return told
    holdout = next(one for one in plan.holdouts if one.name == found.holdout)
    try:
        cells = cells_of(s3, holdout, plan.key, found.keys, structures, f"report.structures in {plan.model}.yaml")
    except DropError as error:
        # What the run found out stands without pictures.
        log.warning("No structures are shown: %s", error)
        return Listed(found.holdout, rows, len(errors), numbers, sure, problem=str(error))
    pictures = tuple(_drawn(row, cells[place]) for row, place in zip(rows[:MOST_DRAWN], order, strict=False))
    return Listed(found.holdout, rows, len(errors), numbers, sure, pictures)


def rdkit_missing() -> bool:
    """Whether structures are shown as text because nothing is installed that draws them."""
    return not can_draw()


def _errors(outcome: Outcome) -> Sequence[float | None]:
    """Return each row's error; None where the model did not answer."""
    if isinstance(outcome, Numbers):
        differences = (predicted - actual for actual, predicted in zip(outcome.actual, outcome.predicted, strict=True))
        return [difference if math.isfinite(difference) else None for difference in differences]
    return [_of_class(outcome, place) for place in range(len(outcome.actual))]


def _of_class(outcome: Classes, place: int) -> float | None:
    actual, predicted = outcome.actual[place], outcome.predicted[place]
    if predicted == NO_LABEL:
        return None
    if outcome.probabilities is None:
        return float(actual != predicted)
    known = actual in outcome.known
    return 1 - outcome.probabilities[place][outcome.known.index(actual)] if known else 1.0


def _size(error: float | None) -> float:
    """Rank a row: one without an answer is the worst."""
    return math.inf if error is None else abs(error)


def _row(found: Predictions, place: int, error: float | None) -> ListedRow:
    actual, predicted = found.outcome.actual[place], found.outcome.predicted[place]
    answer = None if error is None else _short(predicted) if isinstance(predicted, str) else predicted
    return ListedRow(_short(found.keys[place]), _short(actual) if isinstance(actual, str) else actual, answer, error)


def _drawn(row: ListedRow, cell: str) -> DrawnRow:
    svg = drawn(cell.strip(), "Structure")
    # The strokes are our own markup, and no text of the cell is in them.
    return DrawnRow(row, _short(cell.strip()), None if svg is None else Markup(svg))  # noqa: S704


def _short(text: str) -> str:
    # Half of a character that needs two is none that a page can be written with.
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
