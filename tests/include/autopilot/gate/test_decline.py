from __future__ import annotations

import time

import numpy as np
import pytest

from include.autopilot.base.errors import GateError
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.decline import LEVEL, Decline, Losses, decline, row_losses, what_it_means
from include.autopilot.gate.resampled import resampled_metric


def errors(seed: int, sizes: list[int], factors: list[float], freedom: float = 5) -> tuple[Losses, list[Losses]]:
    """Absolute errors with tails: 200 at the promotion, then per exam so many, times a factor."""
    random = np.random.default_rng(seed)
    promotion = np.abs(random.standard_t(freedom, size=200))
    pairs = zip(sizes, factors, strict=True)
    return promotion, [factor * np.abs(random.standard_t(freedom, size=size)) for size, factor in pairs]


@pytest.mark.parametrize("rows", [1, 20, 100])
def test_a_champion_that_stays_as_it_is_alarms_nobody_in_fifty_drops(rows: int) -> None:
    alarms = [decline(*errors(seed, [rows] * 50, [1.0] * 50, freedom=3)).declined for seed in range(60)]
    assert sum(alarms) <= 1


def test_drops_that_differ_a_little_from_each_other_and_from_the_judging_rows_are_no_decline() -> None:
    factors = [1.1 * np.exp(0.1 * np.random.default_rng([seed, 1]).normal(size=50)) for seed in range(60)]
    alarms = [decline(*errors(seed, [60] * 50, list(factors[seed]))).declined for seed in range(60)]
    assert sum(alarms) <= 3


@pytest.mark.parametrize("before", [0, 1, 10])
def test_doubled_errors_are_seen_within_two_exams(before: int) -> None:
    found = [decline(*errors(seed, [100] * 20, [1.0] * before + [2.0] * (20 - before))) for seed in range(40)]
    assert all(one.declined for one in found)
    assert all(one.exam is not None and one.exam >= before for one in found)
    assert sum(one.exam is not None and one.exam <= before + 1 for one in found) >= 36


def test_it_says_which_exams_are_worse_by_how_much_and_why_it_believes_so() -> None:
    found = decline(*errors(1, [100] * 12, [1.0] * 10 + [2.0] * 2))
    assert (found.exam, found.since) == (10, 10)
    assert found.evidence <= LEVEL
    assert found.worsening is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 1 < found.high
    assert found.low < found.worsening < found.high
    assert "worse than it was before: its mean loss in exam 11" in found.sentence
    first = decline(*errors(1, [100], [3.0]))
    assert "when it was promoted" in first.sentence


def test_what_comes_after_the_alarm_does_not_change_it() -> None:
    promotion, exams = errors(2, [100] * 8, [1.0] * 4 + [2.5] * 4)
    found = decline(promotion, exams)
    assert found.exam is not None
    assert found == decline(promotion, exams[: found.exam + 1]) == decline(promotion, exams)
    assert not decline(promotion, exams[: found.exam]).declined


def test_the_order_of_the_exams_counts_and_that_of_their_rows_does_not() -> None:
    promotion, exams = errors(3, [100] * 6, [1.0] * 3 + [2.5] * 3)
    assert decline(promotion, exams).exam == 3
    assert decline(promotion, exams[::-1]).exam == 0
    assert decline(promotion, [np.sort(one) for one in exams]).exam == 3


def test_better_exams_are_no_decline() -> None:
    assert not decline(*errors(4, [100] * 10, [1.0] * 5 + [0.3] * 5)).declined


def test_without_rows_of_the_promotion_the_first_exams_are_the_baseline() -> None:
    _, exams = errors(5, [100] * 6, [1.0] * 3 + [3.0] * 3)
    assert decline(None, exams).exam == 3
    assert not decline(None, exams[3:]).declined


@pytest.mark.parametrize(("now", "declined"), [(0.5, False), (0.51, False), (1.0, True)])
def test_constant_losses(now: float, declined: bool) -> None:
    assert decline([0.5] * 200, [[now] * 30] * 3).declined is declined


def test_a_champion_without_any_error_declines_when_it_errs() -> None:
    assert not decline([0.0] * 200, [[0.0] * 20, [0.0] * 19 + [1.0]]).declined
    found = decline([0.0] * 200, [[0.0] * 20, [0.0] * 12 + [1.0] * 8])
    assert (found.declined, found.exam, found.worsening) == (True, 1, None)
    assert "no longer zero" in found.sentence


def test_exams_of_one_row_wait_for_each_other() -> None:
    found = decline(*errors(6, [1] * 48, [4.0] * 48))
    assert found.declined
    assert found.exam is not None
    assert found.exam >= 7


def test_nothing_to_compare_is_no_decline() -> None:
    for promotion, exams in (([1.0] * 200, []), ([1.0] * 200, [[9.0] * 3]), ([], [[9.0] * 50]), ([1.0] * 9, [[], []])):
        found: Decline = decline(promotion, exams)
        assert (found.declined, found.exam, found.evidence) == (False, None, 1.0)
        assert "at least 8 rows" in found.sentence


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), -1.0])
def test_losses_that_are_none_are_refused_with_their_place(loss: float) -> None:
    with pytest.raises(GateError, match="Exam 2: the loss of row 1 is"):
        decline([1.0] * 20, [[1.0], [1.0, loss]])
    with pytest.raises(GateError, match="promotion: the loss of row 0 is"):
        decline([loss], [])


def test_fifty_exams_are_compared_in_no_time() -> None:
    promotion, exams = errors(7, [100] * 50, [1.0] * 50)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        decline(promotion, exams)
        taken.append(time.perf_counter() - started)
    assert min(taken) < 0.05


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("RMSE", [1.0, 0.0, 1.0]), ("MAE", [1.0, 0.0, 1.0]), ("F1", [1, 0, 1]), ("AUC", [0.49, 0.01, 0.36])],
)
def test_each_metric_has_a_loss_per_row(metric: str, expected: list[float]) -> None:
    probabilities = [[0.3, 0.7], [0.1, 0.9], [0.6, 0.4]]
    contender = Contender("a", "h", ("1", "2", "3"), [0, 1, 1], [1, 1, 0], probabilities)
    assert row_losses(resampled_metric(metric), contender) == pytest.approx(expected)


def test_input_drift_and_decline_are_told_apart() -> None:
    assert what_it_means(False, False) == ""
    assert "no decline" in what_it_means(False, True)
    assert "world's answers changed" in what_it_means(True, False)
    assert "has not learned" in what_it_means(True, True)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e150])
def test_the_unit_of_the_target_does_not_matter(unit: float) -> None:
    promotion, exams = errors(8, [100] * 6, [1.0] * 3 + [2.5] * 3)
    found = decline(np.asarray(promotion) * unit, [np.asarray(one) * unit for one in exams])
    assert found.exam == 3
    assert found.worsening == pytest.approx(decline(promotion, exams).worsening)


def test_an_absurd_loss_is_no_decline_by_itself() -> None:
    promotion, exams = errors(9, [100] * 6, [1.0] * 6)
    assert not decline(promotion, [*exams, [1e300, *exams[0]]]).declined
