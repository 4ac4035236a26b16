"""Of several challengers the best one on the judging rows is judged, and all share the look's error."""

from __future__ import annotations

import math

import numpy as np
import pytest

from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.choice import best_of, choice_words
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.spending import Look, tails
from include.autopilot.settings.gate import GateConfig

RMSE = Objective("RMSE", "Minimize")
ACTUAL = np.random.default_rng(1).normal(size=200)


def answering(error: float, name: str = "one", bad: float | None = None) -> Contender:
    predicted = ACTUAL + error * np.random.default_rng(2).normal(size=len(ACTUAL))
    if bad is not None:
        predicted[0] = bad
    return Contender(name, "rows", [str(row) for row in range(len(ACTUAL))], ACTUAL, predicted)


def test_the_smallest_loss_is_chosen_and_of_equal_ones_the_first() -> None:
    assert best_of([answering(0.5), answering(0.2), answering(0.9)], RMSE) == 1
    assert best_of([answering(0.5), answering(0.5)], RMSE) == 0
    assert best_of([answering(0.1)], RMSE) == 0


def test_what_the_others_have_is_told() -> None:
    both = [answering(0.0, "the first"), answering(0.5, "the second")]
    assert choice_words(both[:1], RMSE) == ""
    assert choice_words(both, RMSE).startswith("The better challenger was judged: the second has RMSE 0.")
    assert choice_words(both[::-1], RMSE) == choice_words(both, RMSE)


def test_a_score_is_chosen_by_what_is_missing_of_it() -> None:
    assert best_of([answering(0.9), answering(0.1)], Objective("R2", "Maximize")) == 1


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e200])
def test_one_without_an_answer_or_a_number_comes_last(bad: float) -> None:
    assert best_of([answering(0.1, bad=bad), answering(5.0)], RMSE) == 1
    assert best_of([answering(0.1, bad=bad), answering(0.1, bad=bad)], RMSE) == 0


def test_each_of_two_gets_half_of_the_error_of_the_look() -> None:
    config, look = GateConfig(resamples=1000), Look("recent", 1, "2024-03-01")
    alone, shared = (tails(config, look, share)[0] for share in (1, 2))
    assert shared == pytest.approx(alone / 2)
    verdicts = [judge(answering(1.0, "champion"), answering(0.5), RMSE, config, look=look, share=n) for n in (1, 2)]
    levels = [verdict.comparison.level for verdict in verdicts if verdict.comparison]
    assert levels == pytest.approx([1 - 2 * alone, 1 - alone])
