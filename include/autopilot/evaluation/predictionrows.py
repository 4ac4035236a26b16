"""The answers of a pipeline, row by row: what was measured and what was predicted, as the outcome keeps them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from include.autopilot.base.errors import EvaluationError, NoAnswerError
from include.autopilot.candidate.inference import LABEL, LABELS, PROBABILITIES, PROBABILITY
from include.autopilot.evaluation.cells import (
    predicted_label,
    predicted_number,
    predicted_order,
    predicted_probabilities,
    predicted_probability,
)
from include.autopilot.evaluation.outcome import NO_LABEL, Classes, Numbers, Outcome
from include.autopilot.rows.columns import FloatRows, Floats
from include.autopilot.rows.labels import Labels
from include.autopilot.template.problem import Problem

_SHOWN = 60


@dataclass(frozen=True)
class Unanswered:
    """Rows that a model did not answer: NaN, infinity, nothing, or a number that cannot be.

    :param rows: how many.
    :param key: the first one's; ``fault``: its place in the answers, and the cell.
    """

    rows: int
    key: str
    fault: str

    def of(self, rows: int) -> str:
        """Return the clause for people.

        :param rows: how many there are in all.
        """
        return f"{self.rows} of {rows} rows have no answer, the first with key {self.key[:_SHOWN]!r}: {self.fault}"


class PredictionRows(Protocol):
    """The rows of one holdout so far."""

    unanswered: Unanswered | None

    def add(self, place: str, key: str, target: str, cells: list[str]) -> None:
        """Add a row.

        :param place: of the answer, for messages.
        :param target: as the holdout has it.
        :param cells: the answer's line: key, target, and what was asked for.
        :raises EvaluationError: the line is not this row's, or holds something else.
        """

    @property
    def outcome(self) -> Outcome:
        """What was read."""


def prediction_rows(problem: Problem) -> PredictionRows:
    """Return what keeps the rows of a problem."""
    return _NumberRows() if problem.is_regression else _ClassRows(problem)


class _Rows:
    def __init__(self) -> None:
        self.unanswered: Unanswered | None = None

    def _miss(self, key: str, error: NoAnswerError) -> None:
        before = self.unanswered
        rows, first, fault = (1, key, str(error)) if before is None else (before.rows + 1, before.key, before.fault)
        self.unanswered = Unanswered(rows, first, fault)


class _NumberRows(_Rows):
    def __init__(self) -> None:
        super().__init__()
        self._actual, self._predicted = Floats(), Floats()

    def add(self, place: str, key: str, target: str, cells: list[str]) -> None:
        try:
            predicted = predicted_number(place, cells[2])
        except NoAnswerError as error:
            self._miss(key, error)
            predicted = math.nan
        self._actual.append(predicted_number(place, target, cells[1]))
        self._predicted.append(predicted)

    @property
    def outcome(self) -> Numbers:
        return Numbers(self._actual, self._predicted)


class _ClassRows(_Rows):
    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self._problem, self._labels = problem, Labels(problem.labels)
        self._label = 2 + problem.columns.index(LABEL)
        # One object per class, not per row.
        self._names: dict[str, str] = {}
        self._actual: list[str] = []
        self._predicted: list[str] = []
        count = len(problem.labels)
        known = (PROBABILITIES in problem.columns and count) or (PROBABILITY in problem.columns and count == 2)
        self._probabilities = FloatRows(count) if known else None

    def add(self, place: str, key: str, target: str, cells: list[str]) -> None:
        if cells[1].strip() != target.strip():
            raise EvaluationError(f"{place} says the target is {cells[1]!r}, but the holdout has {target!r} there.")
        self._actual.append(self._name(predicted_label(place, target, self._labels)))
        label, chances = NO_LABEL, (math.nan,) * len(self._problem.labels)
        try:
            label = self._name(predicted_label(place, cells[self._label], self._labels))
            if self._probabilities is not None:
                chances = self._chances(place, cells)
        except NoAnswerError as error:
            self._miss(key, error)
        self._predicted.append(label)
        if self._probabilities is not None:
            self._probabilities.append(chances)

    @property
    def outcome(self) -> Classes:
        return Classes(self._problem.labels, tuple(self._actual), tuple(self._predicted), self._probabilities)

    def _name(self, label: str) -> str:
        return self._names.setdefault(label, label)

    def _chances(self, place: str, cells: list[str]) -> tuple[float, ...]:
        """Return a probability per known class, from whichever column the pipeline answered with."""
        columns = self._problem.columns
        if PROBABILITIES in columns:
            shares = predicted_probabilities(place, cells[2 + columns.index(PROBABILITIES)], len(self._problem.labels))
            return tuple(shares[at] for at in self._order(place, cells))
        chance = predicted_probability(place, cells[2 + columns.index(PROBABILITY)])
        return 1 - chance, chance

    def _order(self, place: str, cells: list[str]) -> tuple[int, ...]:
        """Return where each known class stands in a line's list of probabilities; as known where it does not say."""
        if LABELS not in self._problem.columns:
            return tuple(range(len(self._problem.labels)))
        return predicted_order(place, cells[2 + self._problem.columns.index(LABELS)], self._labels)
