from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from include.autopilot.gate.tail import ends, likely_gain, student_high

ROWS = 200
NORMAL = np.random.default_rng(0).normal(1.0, 0.5, 10_000)


@pytest.mark.parametrize("tail", [0.1, 0.025, 0.0025])
def test_what_the_resamples_resolve_is_their_percentile(tail: float) -> None:
    assert ends(NORMAL, tail, ROWS) == tuple(np.quantile(NORMAL, [tail, 1 - tail]))


@pytest.mark.parametrize("tail", [1e-3, 1e-5, 4e-7, 1e-9])
def test_beyond_that_it_is_students(tail: float) -> None:
    low, high = ends(NORMAL, tail, ROWS)
    wanted = 0.5 * stats.t.isf(tail, ROWS - 1)
    assert (1 - low, high - 1) == pytest.approx((wanted, wanted), rel=0.05)
    assert low < NORMAL.min() or tail > 1e-4


def test_of_few_rows_it_has_one_degree_of_freedom_less_than_rows() -> None:
    gains = stats.norm.ppf(np.clip(np.linspace(0, 1, 10_000), 1e-9, 1 - 1e-9))
    low, high = ends(gains, 1e-3, 30)
    wanted = stats.t.isf(1e-3, 29)
    assert (-low, high) == pytest.approx((wanted, wanted), rel=1e-3)
    assert stats.t.isf(1e-3, 30) != pytest.approx(wanted, rel=3e-3)


def test_a_smaller_tail_is_never_nearer() -> None:
    found = [ends(NORMAL, tail, ROWS) for tail in np.geomspace(0.2, 1e-8, 60)]
    lows, highs = zip(*found, strict=True)
    assert list(lows) == sorted(lows, reverse=True)
    assert list(highs) == sorted(highs)


def test_both_ends_keep_their_own_length() -> None:
    skewed = np.random.default_rng(1).exponential(1.0, 10_000)
    low, high = ends(skewed, 1e-5, ROWS)
    middle = float(np.median(skewed))
    assert high - middle > 3 * (middle - low)


def test_a_clear_winners_gain_is_what_was_measured_and_a_close_ones_is_luck() -> None:
    tail = 0.01
    needed = float(stats.norm.isf(tail))
    assert likely_gain(8.0, 8.0 - needed, needed, tail) == pytest.approx(8.0, abs=1e-3)
    assert likely_gain(needed + 0.05, 0.05, needed, tail) == 0
    found = [likely_gain(gain, gain - needed, needed, tail) for gain in np.linspace(needed, 8, 40)]
    assert found == sorted(found)


@pytest.mark.parametrize("true", [0.0, 1.0, 2.0, 3.0, 4.0])
def test_over_many_promotions_it_is_near_the_truth(true: float) -> None:
    tail = 0.01
    needed = float(stats.norm.isf(tail))
    chances = np.linspace(0.0005, 0.9995, 1000)
    measured = true + stats.norm.isf(stats.norm.sf(needed - true) * (1 - chances))
    likely = np.mean([likely_gain(gain, gain - needed, needed, tail) for gain in measured])
    assert abs(likely - true) < 0.75
    assert measured.mean() > likely
    assert true > 2 or measured.mean() - true > 1


def test_without_a_spread_nothing_is_luck() -> None:
    assert likely_gain(0.3, 0.3, 0.1, 0.01) == 0.3


@pytest.mark.parametrize("rows", [20, 50, 400])
@pytest.mark.parametrize("tail", [0.05, 0.005, 5e-4])
def test_the_upper_end_of_a_mean_is_that_of_students_interval(rows: int, tail: float) -> None:
    random = np.random.default_rng(rows)
    sample = random.normal(1, 2, rows)
    means = random.choice(sample, (20_000, rows)).mean(axis=1)
    wanted = sample.mean() + stats.t.isf(tail, rows - 1) * sample.std(ddof=1) / np.sqrt(rows)
    assert student_high(float(sample.mean()), means, tail, rows) == pytest.approx(wanted, rel=0.03)


def test_the_spread_of_few_rows_is_made_whole() -> None:
    gains = np.array([-1.0, 1.0] * 500)
    assert student_high(2.0, gains, 0.05, 20) == pytest.approx(2 + np.sqrt(20 / 19) * stats.t.isf(0.05, 19), rel=1e-3)


def test_errors_too_large_for_a_number_have_no_upper_end() -> None:
    assert student_high(0.0, np.array([-1e300, 1e300]), 0.05, 20) == np.inf
