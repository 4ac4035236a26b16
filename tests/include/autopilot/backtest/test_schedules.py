"""Which model each schedule would have let predict which drop, and which it would have paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from include.autopilot.backtest.matrix import JudgedDrop, Matrix
from include.autopilot.backtest.schedules import (
    DECLINE,
    GATED,
    GATED_ANEW,
    NEVER,
    ORACLE,
    as_gated,
    courses,
    every,
    never,
    oracle,
    when_declined,
)
from tests.support.backtests import learner, month, past

# Four models of January to April, drops of February to May. The third model is bad; the first one declines in April.
ERRORS = [[1], [1, 2], [3, 1, 5], [3, 2, 4, 1]]


def loss(model: int, drop: int) -> float:
    return ERRORS[drop][model]


def test_never_retrained_is_the_first_model() -> None:
    found = never(past(ERRORS))
    assert (found.served, found.trained, found.possible) == ((0, 0, 0, 0), (), True)


@pytest.mark.parametrize(
    ("drops", "served", "trained"),
    [(1, (0, 1, 2, 3), (1, 2, 3)), (2, (0, 0, 2, 2), (2,)), (3, (0, 0, 0, 3), (3,)), (6, (0, 0, 0, 0), ())],
)
def test_regularly_the_newest_model_takes_over(drops: int, served: tuple[int, ...], trained: tuple[int, ...]) -> None:
    found = every(past(ERRORS), drops)
    assert (found.served, found.trained) == (served, trained)


def test_what_counts_is_drops_not_models() -> None:
    # Three drops between two models: after the first of them three have come.
    matrix = past(ERRORS)
    models = tuple(replace(model, learned=3 * place) for place, model in enumerate(matrix.models))
    assert every(replace(matrix, models=models), 3).served == every(matrix, 1).served


def test_after_a_decline_the_next_drop_has_the_newest_model() -> None:
    asked: list[tuple[int, tuple[int, ...]]] = []

    def declined(model: int, drops: Sequence[int]) -> bool:
        asked.append((model, tuple(drops)))
        return loss(model, drops[-1]) > 2

    found = when_declined(past(ERRORS), declined)
    # The exam of April (place 2) shows it, so May has the model of April.
    assert (found.served, found.trained, found.examined) == ((0, 0, 0, 3), (3,), True)
    # Each model is judged by its own exams since it serves.
    assert asked == [(0, (0,)), (0, (0, 1)), (0, (0, 1, 2)), (3, (3,))]


def test_a_decline_waits_for_a_model_that_is_newer() -> None:
    # Two drops after January's model alone: nothing else can take over at the second.
    matrix = past([[1], [1, 2]])
    drops = (matrix.drops[0], JudgedDrop("2024-02-02", month(2).replace(day=2), 60), matrix.drops[1])
    cells = {(0, 0): matrix.cells[0, 0], (0, 1): matrix.cells[0, 0], (0, 2): matrix.cells[0, 1]}
    late = (learner(0), replace(learner(1), moment=month(2).replace(day=3)))
    waiting = Matrix(late, drops, {**cells, (1, 2): matrix.cells[1, 1]})
    found = when_declined(waiting, lambda model, drops: model == 0 and drops[-1] == 0)
    assert found.served == (0, 0, 1)


def test_as_gated_follows_the_champions_and_pays_for_every_challenger() -> None:
    found = as_gated(past(ERRORS), GATED, [True, False, True, False], examined=True)
    assert found is not None
    assert (found.served, found.trained, found.gated) == ((0, 0, 2, 2), (1, 2, 3), True)
    assert as_gated(past(ERRORS), GATED, [False] * 4, examined=True) is None


def test_the_oracle_knows_the_best_model_of_every_drop_and_nobody_can_follow_it() -> None:
    found = oracle(past(ERRORS), loss)
    assert (found.served, found.possible) == ((0, 0, 1, 3), False)


def test_all_schedules_that_fit_into_the_past() -> None:
    found = courses(past(ERRORS), lambda _model, _drops: False, loss, examined=False)
    regular = ["retrained every drop", "retrained every 2 drops", "retrained every 3 drops"]
    assert [one.name for one in found] == [NEVER, *regular, DECLINE, GATED, ORACLE]


def test_a_gate_that_errs_anew_each_time_is_one_more_schedule() -> None:
    anew = (True, True, False, True)
    found = courses(past(ERRORS, promoted=(0,)), lambda _model, _drops: False, loss, examined=False, anew=anew)
    served = {one.name: one.served for one in found}
    assert (served[GATED], served[GATED_ANEW]) == ((0, 0, 0, 0), (0, 1, 1, 3))
