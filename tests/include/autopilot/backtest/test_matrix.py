"""Models are compared on rows that none of them has seen, and never asked what they learned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from include.autopilot.backtest.matrix import Matrix, joined, on_common_rows
from include.autopilot.base.errors import GateError, LeakError
from include.autopilot.gate.contender import Contender
from tests.support.backtests import month, past


def answers(keys: str, model: str = "m", probabilities: bool = False) -> Contender:
    numbers = np.arange(len(keys), dtype=float)
    chances = np.column_stack([numbers, 1 - numbers]) if probabilities else None
    return Contender(model, "drop", list(keys), numbers, numbers + 1, chances)


def test_a_model_that_learned_a_drop_cannot_be_judged_on_it() -> None:
    matrix = past([[1], [1, 2]])
    late = replace(matrix.models[1], moment=month(3))
    with pytest.raises(
        LeakError, match="Version 2 learned from drops up to 2024-03-01 and cannot be judged on drop 20"
    ):
        Matrix((matrix.models[0], late), matrix.drops, matrix.cells)


def test_all_answered_the_same_rows() -> None:
    matrix = past([[1], [1, 2]])
    other = replace(matrix.cells[1, 1], actual=np.zeros(60))
    with pytest.raises(GateError, match="model 0 and model 1 answered other rows of drop 2024-03-01"):
        Matrix(matrix.models, matrix.drops, {**matrix.cells, (1, 1): other})


def test_compared_are_rows_that_no_model_has_seen() -> None:
    first, second = on_common_rows([answers("abcd", probabilities=True), answers("bd")])
    assert (first.keys, second.keys) == (["b", "d"], ["b", "d"])
    assert (list(first.actual), list(first.predicted)) == ([1, 3], [2, 4])
    assert np.asarray(first.probabilities).tolist() == [[1, 0], [3, -2]]


def test_a_key_that_one_of_them_has_more_often_counts_for_none() -> None:
    found = on_common_rows([answers("aab"), answers("ab")])
    assert [one.keys for one in found] == [["b"], ["b"]]
    assert on_common_rows([answers("a"), answers("b")]) == []


def test_drops_are_joined_row_by_row() -> None:
    both = joined([answers("ab", "one", True), answers("c", "two", True)])
    assert (both.keys, list(both.actual)) == (["a", "b", "c"], [0, 1, 0])
    assert np.asarray(both.probabilities).shape == (3, 2)
    assert joined([answers("ab", "one", True), answers("c", "two")]).probabilities is None
