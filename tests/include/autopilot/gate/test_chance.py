"""How often answers as good as a model's come about when its own are mixed among the rows."""

from __future__ import annotations

import numpy as np
import pytest

from include.autopilot.gate.chance import allowed, chance_of
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.settings.gate import GateConfig

ACTUAL = np.random.default_rng(1).normal(size=40)
RMSE, GATE = resampled_metric("RMSE"), GateConfig()


def answering(predicted: np.ndarray) -> Contender:
    return Contender("one", "d1ge5t", [str(row) for row in range(len(ACTUAL))], ACTUAL, predicted)


def test_the_model_itself_is_one_of_the_mixtures_so_no_chance_is_nothing() -> None:
    assert chance_of(RMSE, answering(ACTUAL), GATE) == pytest.approx(1 / 1001)


def test_answers_that_are_all_alike_are_as_good_however_they_are_mixed() -> None:
    assert chance_of(RMSE, answering(np.full(len(ACTUAL), 0.1)), GATE) == 1


def test_the_worst_answers_are_as_good_in_nearly_all_cases() -> None:
    assert chance_of(RMSE, answering(-ACTUAL), GATE) > 0.99


def test_as_many_useless_models_pass_as_the_rule_lets_through() -> None:
    assert allowed(GATE) == pytest.approx(0.025)
    assert allowed(GateConfig(rule="bound")) == pytest.approx(0.05)
