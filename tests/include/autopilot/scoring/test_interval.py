"""Intervals from out-of-fold residuals: which residual is taken, when there are too few, and that it covers."""

from __future__ import annotations

import random

import pytest

from include.autopilot.base.errors import IntervalError
from include.autopilot.scoring.interval import Coverage, coverage_of, interval_of
from include.autopilot.scoring.outoffold import OutOfFold
from include.autopilot.settings.score import LEVELS


def seen(residuals: list[float]) -> OutOfFold:
    return OutOfFold("s3://b/output.tar.gz", tuple(residuals), (0.0,) * len(residuals))


@pytest.mark.parametrize(("count", "level", "rank"), [(9, 0.9, 9), (10, 0.9, 10), (19, 0.9, 18), (99, 0.8, 80)])
def test_the_half_width_is_the_residual_of_the_conformal_rank(count: int, level: float, rank: int) -> None:
    shuffled = [float(-number if number % 2 else number) for number in range(1, count + 1)]
    random.Random(0).shuffle(shuffled)  # noqa: S311 - no secret
    assert interval_of(seen(shuffled), level).half_width == rank


@pytest.mark.parametrize(("level", "least"), [(0.8, 4), (0.9, 9), (0.95, 19)])
def test_too_few_residuals_are_refused_with_the_number_needed(level: float, least: int) -> None:
    assert interval_of(seen([1.0] * least), level).rows == least
    with pytest.raises(IntervalError, match=f"needs at least {least}. Ask for a lower level"):
        interval_of(seen([1.0] * (least - 1)), level)


def test_the_bounds_lie_around_the_prediction() -> None:
    assert interval_of(seen([0.5] * 9), 0.9).bounds(2.0) == (1.5, 2.5)


@pytest.mark.parametrize("level", LEVELS)
def test_exchangeable_residuals_are_covered_at_the_level(level: float) -> None:
    dice = random.Random(1)  # noqa: S311 - no secret
    covered = tried = 0
    for _ in range(400):
        found = interval_of(seen([dice.gauss(0, 1) for _ in range(50)]), level)
        looked = coverage_of(found.half_width, [dice.gauss(0, 1) for _ in range(20)], [0.0] * 20)
        covered, tried = covered + looked.covered, tried + looked.rows
    assert level <= covered / tried <= level + 0.025


def test_a_value_on_the_bound_is_covered() -> None:
    assert coverage_of(1.0, [1.0, 1.5], [0.0, 0.0]) == Coverage(2, 1)
    assert Coverage(2, 1).share == 0.5
