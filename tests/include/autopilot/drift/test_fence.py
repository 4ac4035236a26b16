"""How far is too far: what is found, and how rarely honest values are told."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from sklearn import datasets

from include.autopilot.drift.columns import Role
from include.autopilot.drift.fence import FEWEST, fence_of
from include.autopilot.drift.moments import Floats

Dice = np.random.Generator


def beyond(reference: Floats, values: Floats, role: Role = "target") -> Floats:
    fence = fence_of(np.sort(reference), role)
    return values[np.abs(values - fence.middle) > fence.far]


@pytest.mark.parametrize("known", [True, False], ids=["against a baseline", "against itself"])
def test_one_absurd_target_of_sixty_is_always_found(known: bool) -> None:
    for seed in range(200):
        dice = np.random.default_rng(seed)
        values = dice.uniform(-5, 10, 60)
        values[7] = 1e6
        assert beyond(dice.uniform(-5, 10, 600) if known else values, values).tolist() == [1e6]


@pytest.mark.parametrize("known", [True, False], ids=["against a baseline", "against itself"])
@pytest.mark.parametrize("middle", [2.5, 6.5, 150.0])
def test_three_of_sixty_one_in_another_unit_are_always_found(known: bool, middle: float) -> None:
    for seed in range(200):
        dice = np.random.default_rng(seed)
        values = dice.uniform(middle - 4, middle + 4, 61)
        values[[3, 20, 50]] *= 1000
        assert set(beyond(dice.uniform(middle - 4, middle + 4, 600) if known else values, values)) <= set(
            values[[3, 20, 50]]
        )
        assert len(beyond(values, values))


@pytest.mark.parametrize("load", [datasets.load_diabetes, datasets.load_breast_cancer, datasets.load_wine])
def test_no_cell_of_an_honest_table_is_far(load: Callable[..., tuple[Floats, Floats]]) -> None:
    features, target = load(return_X_y=True)
    table = np.column_stack([features, target])[np.random.default_rng(0).permutation(len(target))]
    half = len(table) // 2
    for column in table.T:
        assert not len(beyond(column[:half], column[half:], "target"))
        assert not len(beyond(column, column, "target"))


@pytest.mark.parametrize(
    ("draw", "most"),
    [
        (lambda dice, count: dice.lognormal(0, 2, count), 0),
        (lambda dice, count: dice.exponential(1, count), 0),
        (lambda dice, count: dice.poisson(0.05, count).astype(float), 0),
        # A tail that is a power itself: of 200 drops a few have a value beyond the fence.
        (lambda dice, count: dice.standard_cauchy(count), 10),
    ],
    ids=["lognormal", "exponential", "counts", "cauchy"],
)
def test_heavy_tails_are_seldom_told(draw: Callable[[Dice, int], Floats], most: int) -> None:
    dice = np.random.default_rng(1)
    reference = draw(dice, 600)
    assert sum(bool(len(beyond(reference, draw(dice, 60)))) for _ in range(200)) <= most


@pytest.mark.parametrize(
    "draw",
    [
        lambda dice: dice.standard_cauchy(20_000),
        lambda dice: dice.pareto(1, 20_000),
        lambda dice: dice.standard_t(2, 20_000),
    ],
    ids=["cauchy", "pareto", "t"],
)
def test_many_rows_of_a_heavy_tail_are_seldom_told(draw: Callable[[Dice], Floats]) -> None:
    dice = np.random.default_rng(2)
    tables = [np.sort(draw(dice)) for _ in range(40)]
    fences = [fence_of(values[:: len(values) // 2000], "target", len(values)) for values in tables]
    told = [np.abs(values - fence.middle).max() > fence.far for values, fence in zip(tables, fences, strict=True)]
    assert sum(told) <= 3


def test_a_slip_among_many_rows_is_found() -> None:
    values = np.random.default_rng(3).normal(6.5, 1, 20_000)
    fence = fence_of(np.sort(values), "target", len(values))
    assert abs(values.min() * 1000 - fence.middle) > fence.far


@pytest.mark.parametrize(
    "values",
    [[0.0] * 60, [5.0] * 60, [0.0] * 58 + [1.0, 1.0], [0.0] * 50 + [1.0] * 9 + [2.0], [3.0] * 30 + [2.0, 4.0] * 15],
    ids=["zero", "constant", "rare flag", "counts", "ratings"],
)
def test_columns_with_few_values(values: list[float]) -> None:
    column = np.array(values)
    assert not len(beyond(column, np.array([*values, 1.0, 5.0, 7.0])))
    with_slip = np.array([*values, 1e30])
    assert beyond(with_slip, with_slip).tolist() == [1e30]


def test_a_fence_of_the_largest_floats_is_a_number() -> None:
    fence = fence_of(np.sort(np.array([1.7e308, -1.7e308] * FEWEST)), "feature")
    assert json.dumps([fence.middle, fence.near])
    assert not len(beyond(np.array([1.7e308, -1.7e308] * FEWEST), np.array([0.0])))
