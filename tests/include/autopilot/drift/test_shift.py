from __future__ import annotations

from math import comb, inf, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.autopilot.drift.shift import (
    categories_test,
    category_bins,
    ks,
    missing_test,
    numeric_bins,
    outside_test,
    psi,
    smallest_distance,
    total_variation,
)

SAMPLES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50).map(np.array)
COUNTS = st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(1, 50), min_size=1)


def test_psi_by_hand() -> None:
    before, now = np.array([9, 0]), np.array([4, 5])
    a, b = (9.5 / 10, 0.5 / 10), (4.5 / 10, 5.5 / 10)
    assert psi(before, now) == pytest.approx(sum((y - x) * log(y / x) for x, y in zip(a, b, strict=True)))


@settings(deadline=None, max_examples=50)
@given(before=SAMPLES, now=SAMPLES)
def test_psi_is_finite_symmetric_in_its_counts_and_zero_for_the_same(before: np.ndarray, now: np.ndarray) -> None:
    old, new = numeric_bins(before, now)
    assert (old.sum(), new.sum()) == (len(before), len(now))
    assert 0 <= psi(old, new) < inf
    assert psi(old, new) == pytest.approx(psi(new, old))
    assert psi(old, old) == 0


def test_deciles_cut_the_baseline_into_ten_equal_bins() -> None:
    before = np.arange(1000.0)
    old, new = numeric_bins(before, np.array([-5.0, 0.0, 99.0, 99.5, 5000.0]))
    assert old.tolist() == [100] * 10
    assert new.tolist() == [3, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_a_flag_has_two_bins() -> None:
    old, new = numeric_bins(np.array([0.0] * 80 + [1.0] * 20), np.array([0.0, 1.0, 1.0]))
    assert (old.tolist(), new.tolist()) == ([80, 20], [1, 2])
    # Nearly all ones: the deciles are one value, the highest.
    old, new = numeric_bins(np.array([0.0] * 2 + [1.0] * 98), np.array([0.0, 0.0, 1.0]))
    assert (old.tolist(), new.tolist()) == ([2, 98], [2, 1])


def test_a_constant_can_move_both_ways() -> None:
    old, new = numeric_bins(np.zeros(50), np.array([-1.0, 0.0, 0.0, 1.0]))
    assert (old.tolist(), new.tolist()) == ([0, 50, 0], [1, 2, 1])


def test_the_most_frequent_categories_have_a_bin_each() -> None:
    before = {letter: 20 - place for place, letter in enumerate("abcdefghijk")}
    old, new = category_bins(before, {"a": 1, "k": 2, "new": 3})
    assert old.tolist() == [20, 19, 18, 17, 16, 15, 14, 13, 12, 21]
    assert new.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 5]


def test_distances_of_samples_with_nothing_in_common_are_one() -> None:
    assert total_variation(np.array([5, 0]), np.array([0, 9])) == 1
    distance, p = ks(np.arange(5.0), np.arange(10.0, 13.0))
    assert distance == 1
    assert p == pytest.approx(2 / comb(8, 3))


@settings(deadline=None, max_examples=50)
@given(counts=COUNTS, factor=st.integers(1, 3))
def test_the_same_shares_are_no_difference(counts: dict[str, int], factor: int) -> None:
    assert categories_test(counts, {name: factor * count for name, count in counts.items()}) > 0.5


@settings(deadline=None, max_examples=50)
@given(before=COUNTS, now=COUNTS)
def test_a_p_value_of_categories_is_one(before: dict[str, int], now: dict[str, int]) -> None:
    assert 0 <= categories_test(before, now) <= 1


def test_few_rows_of_a_new_category_count_exactly() -> None:
    # All 3 rows of a category in the drop of 20, none in the 100 before: hypergeometric, two sides, two categories.
    assert categories_test({"a": 100}, {"a": 17, "b": 3}) == pytest.approx(4 * comb(20, 3) / comb(120, 3))
    # Where every count is large the chi-square test serves.
    assert categories_test({"a": 500, "b": 500}, {"a": 300, "b": 200}) == pytest.approx(2.5e-4, rel=0.1)
    assert categories_test({"a": 3}, {"a": 5}) == 1


def test_missing_cells() -> None:
    assert missing_test((600, 0), (0, 25)) < 1e-40
    assert missing_test((600, 60), (60, 6)) == 1


def test_values_beyond_the_old_range() -> None:
    # One new value against n old ones lies outside their range with probability 2 / (n + 1).
    assert outside_test(1, 1, 99) == pytest.approx(2 / 100)
    assert outside_test(0, 60, 600) == 1
    assert outside_test(3, 3, 1) == 1
    assert outside_test(30, 60, 600) < 1e-20


def test_the_outside_test_errs_as_often_as_it_says() -> None:
    dice = np.random.default_rng(5)
    table = dice.normal(size=(3000, 90))
    old, new = table[:, :60], table[:, 60:]
    outside = ((new < old.min(1, keepdims=True)) | (new > old.max(1, keepdims=True))).sum(1)
    p = np.array([outside_test(int(count), 30, 60) for count in outside])
    for level in (0.05, 0.2):
        assert (p <= level).mean() <= level + 3 * np.sqrt(level * (1 - level) / len(p))


@pytest.mark.parametrize(("before", "now"), [(600, 60), (600, 25), (2048, 2048), (40, 5)])
def test_the_sensitivity_is_that_of_the_test_that_is_made(before: int, now: int) -> None:
    level = 0.01 / 500
    found = smallest_distance(before, now, level)
    assert found is not None
    # Shift evenly spread values until the test sees it: the distance promised is right within a few hundredths.
    old = (np.arange(before) + 0.5) / before
    steps = (ks(old, (np.arange(now) + 0.5) / now + shift) for shift in np.arange(0, 1.3, 0.01))
    noticed = next(distance for distance, p in steps if p <= level)
    assert found == pytest.approx(noticed, abs=0.04)


def test_too_few_rows_cannot_be_told_from_chance() -> None:
    assert smallest_distance(600, 1, 0.01 / 500) is None
    assert smallest_distance(600, 0, 0.01) is None
    assert smallest_distance(0, 5, 0.01) is None
    assert smallest_distance(3, 3, 0.01) is None
