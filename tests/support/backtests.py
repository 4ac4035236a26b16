"""Small pasts: models and drops whose losses a test states, and what schedules make of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from include.autopilot.backtest.bills import Bill
from include.autopilot.backtest.compared import Compared, Scoring
from include.autopilot.backtest.matrix import JudgedDrop, Learner, Matrix
from include.autopilot.backtest.schedules import Course
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.settings.gate import GateConfig

GATE = GateConfig(resamples=1000)


def month(number: int) -> datetime:
    """The first day of a month, counted from January 2024."""
    return datetime(2024 + (number - 1) // 12, (number - 1) % 12 + 1, 1, tzinfo=UTC)


def learner(place: int, promoted: bool = False) -> Learner:
    """The model of a month, from January on; it learned from so many drops as months had passed."""
    return Learner(place + 1, month(place + 1), place + 1, "promote" if promoted else "keep", promoted)


def past(errors: Sequence[Sequence[float]], promoted: Sequence[int] = (0,), rows: int = 60) -> Matrix:
    """A model a month, and a drop a month from the second one on.

    :param errors: by drop the size of the errors of each model that was there before; the same random rows for all.
    """
    cells = {}
    for drop, sizes in enumerate(errors):
        random = np.random.default_rng(drop)
        actual, noise = random.normal(size=rows), random.normal(size=rows)
        keys = [f"{drop}-{row}" for row in range(rows)]
        for model, size in enumerate(sizes):
            cells[model, drop] = Contender(f"model {model}", f"drop {drop}", keys, actual, actual + size * noise)
    drops = tuple(JudgedDrop(f"{month(drop + 2):%Y-%m-%d}", month(drop + 2), rows) for drop in range(len(errors)))
    models = tuple(learner(place, place in promoted) for place in range(len(errors[-1])))
    return Matrix(models, drops, cells)


def measured(matrix: Matrix, courses: Sequence[Course], bills: Sequence[Bill]) -> tuple[Scoring, list[Compared]]:
    """Schedules by RMSE; the first one is that of never retraining."""
    scoring = Scoring(matrix, resampled_metric("RMSE"), GATE)
    return scoring, [scoring.compared(course, bill, courses[0]) for course, bill in zip(courses, bills, strict=True)]
