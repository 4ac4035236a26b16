"""Which rows a model has answered."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import GateError
from include.autopilot.gate.contender import Contender

ONE = Contender("one", "d1ge5t", ["a", "b", "c"], [0, 1, 1], [0, 1, 0], [(0.9, 0.1), (0.2, 0.8), (0.6, 0.4)])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_row_is_unanswered_without_a_number_and_without_a_probability_alike(value: float) -> None:
    assert ONE.unanswered.tolist() == []
    assert replace(ONE, predicted=[0, value, 0]).unanswered.tolist() == [1]
    assert replace(ONE, probabilities=[(0.9, 0.1), (0.2, 0.8), (value, 0.4)]).unanswered.tolist() == [2]
    assert replace(ONE, predicted=[0, value, 0], probabilities=None).unanswered.tolist() == [1]


@pytest.mark.parametrize("changes", [{"predicted": [0, 1]}, {"actual": [0]}, {"probabilities": [(1, 0)]}, {"keys": []}])
def test_an_answer_for_every_row_or_none_at_all(changes: dict[str, Any]) -> None:
    with pytest.raises(GateError, match="Predict the whole holdout again"):
        replace(ONE, **changes)
