"""What each schedule is worth: its loss on all drops together, with its interval, and beside another one's.

Every row counts alike, and every schedule is measured on the same rows. The intervals are those of the gate: rows are
drawn again, the same ones for both of a pair, by the gate's seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from include.autopilot.backtest.bills import Bill
from include.autopilot.backtest.matrix import Cell, Matrix, joined
from include.autopilot.backtest.schedules import Course
from include.autopilot.gate.bootstrap import MOST_UNDEFINED, resampled_gains, resamples_of, value_of
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.measuring import Measure, measure
from include.autopilot.gate.resampled import ResampledMetric
from include.autopilot.settings.gate import GateConfig


@dataclass(frozen=True)
class Difference:
    """By how much a schedule's loss is above another one's, as a share of that; below zero it is better.

    :param low: the ends of its interval; None where too many resamples have no value.
    """

    value: float
    low: float | None
    high: float | None

    def __str__(self) -> str:
        """Return it for people."""
        inside = "" if self.low is None or self.high is None else f" [{self.low:+.1%}, {self.high:+.1%}]"
        return f"{self.value:+.1%}{inside}"


@dataclass(frozen=True)
class Compared:
    """One schedule.

    :param whole: its metric on all drops together; ``by_drop``: on each, None where it is not defined there.
    :param loss: the distance of ``whole`` to the best value, None where it is not defined.
    :param against_never: its loss beside that of never retraining; None for that itself, or where it is not defined.
    """

    course: Course
    whole: Measure
    by_drop: tuple[Measure, ...]
    loss: float | None
    against_never: Difference | None
    bill: Bill

    @property
    def retrainings(self) -> int:
        """How many models are paid for, besides the first."""
        return len(self.course.trained)


class Scoring:
    """The metric of schedules and of single answers.

    :param metric: what is judged by; ``gate``: confidence, resamples and seed of the intervals.
    """

    def __init__(self, matrix: Matrix, metric: ResampledMetric, gate: GateConfig) -> None:
        self.matrix, self.metric, self.gate = matrix, metric, gate
        self._measures: dict[Cell, Measure] = {}

    def of_cell(self, model: int, drop: int) -> Measure:
        """Measure one model on one drop."""
        if (model, drop) not in self._measures:
            self._measures[model, drop] = self._measure(self.matrix.cells[model, drop])
        return self._measures[model, drop]

    def cell_loss(self, model: int, drop: int) -> float:
        """Return the loss of one model on one drop; without a value it is infinite."""
        answers = self.matrix.cells[model, drop]
        loss = float(self.metric.loss(np.array([value_of(self.metric.scorer(answers), len(answers.keys))]))[0])
        return loss if math.isfinite(loss) else math.inf

    def answers(self, course: Course) -> Contender:
        """Return what a schedule answered on all drops."""
        return joined([self.matrix.cells[model, drop] for drop, model in enumerate(course.served)])

    def compared(self, course: Course, bill: Bill, never: Course) -> Compared:
        """Measure a schedule."""
        whole = self._measure(self.answers(course))
        loss = None if whole.value is None else float(self.metric.loss(np.array([whole.value]))[0])
        against = None if course == never else self.difference(course, never)
        by_drop = tuple(self.of_cell(model, drop) for drop, model in enumerate(course.served))
        return Compared(course, whole, by_drop, loss, against, bill)

    def difference(self, course: Course, other: Course) -> Difference | None:
        """Return a schedule's loss beside another one's; None where that has none, or where it is not defined."""
        ours, theirs = (self.metric.scorer(self.answers(one)) for one in (course, other))
        rows = sum(drop.rows for drop in self.matrix.drops)
        losses = self.metric.loss(np.array([value_of(scorer, rows) for scorer in (ours, theirs)]))
        if not np.isfinite(losses).all() or not losses[1] > 0:
            return None
        resamples = resamples_of(rows, self.gate.resamples)
        worse = resampled_gains(self.metric, ours, theirs, rows, resamples, self.gate.seed) / losses[1]
        value = float((losses[0] - losses[1]) / losses[1])
        if len(worse) < (1 - MOST_UNDEFINED) * resamples:
            return Difference(value, None, None)
        beside = (1 - self.gate.confidence) / 2
        low, high = np.quantile(worse, [beside, 1 - beside])
        return Difference(value, float(low), float(high))

    def _measure(self, answers: Contender) -> Measure:
        return measure(self.metric.scorer(answers), len(answers.keys), self.gate)
