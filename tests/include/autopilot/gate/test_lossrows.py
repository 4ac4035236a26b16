"""A verdict that rests on one row says so and names it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from include.autopilot.candidate.objective import Objective, direction_of
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.verdict import verdict_of
from include.autopilot.settings.gate import GateConfig

ROWS = 160
RANDOM = np.random.default_rng(0)
ACTUAL = RANDOM.standard_normal(ROWS) + 5
KEYS = tuple(f"row-{number}" for number in range(ROWS))
GATE = GateConfig(resamples=1000)
RMSE = Objective("RMSE", "Minimize")


def contender(model, actual, error):
    return Contender(model, "h", KEYS, tuple(actual), tuple(ACTUAL + error * RANDOM.standard_normal(ROWS)))


def absurd(rows=(17,), value=1e6):
    return [value if row in rows else float(one) for row, one in enumerate(ACTUAL)]


@pytest.mark.parametrize("metric", ["MSE", "RMSE", "MAE", "R2"])
def test_one_absurd_measured_value_is_named_for_a_champion_that_nothing_can_replace(metric):
    """The challenger is three times better, and nobody could see it."""
    old, new = contender("old", absurd(), 0.9), contender("new", absurd(), 0.3)
    found = judge(old, new, Objective(metric, direction_of(metric)), GATE)
    assert found.decision == "keep"
    (row,) = found.loss_rows
    assert (row.key, row.measured) == ("row-17", 1e6)
    assert row.share > 0.99
    assert row.champion_share is not None
    assert "One row makes more than 99.9 % of" in found.sentence
    assert "of the challenger's loss and more than 99.9 %" in found.sentence
    assert "of the champion's loss: key 'row-17' (measured 1e+06, answered " in found.sentence


def test_it_is_named_for_a_first_model_too():
    found = judge(None, contender("new", absurd(), 0.3), RMSE, GATE)
    assert "of the challenger's loss: key 'row-17'" in found.sentence


def test_one_absurd_answer_is_named():
    good = contender("new", ACTUAL, 0.3)
    bad = replace(good, predicted=(*good.predicted[:-1], 1e9))
    found = judge(contender("old", ACTUAL, 0.3), bad, RMSE, GATE)
    assert [row.key for row in found.loss_rows] == ["row-159"]
    assert "One row makes more than 99.9 % of the challenger's loss: key 'row-159'" in found.sentence
    assert "a loss " in found.sentence
    assert " times as large" in found.sentence
    assert judge(bad, good, RMSE, GATE).loss_rows[0].key == "row-159"


def test_up_to_three_rows_are_named():
    found = judge(None, contender("new", absurd((3, 80, 120), 6000.0), 0.3), RMSE, GATE)
    assert "3 rows make more than 99.9 % of the challenger's loss" in found.sentence
    assert {row.key for row in found.loss_rows} == {"row-3", "row-80", "row-120"}
    assert judge(None, contender("new", absurd(range(20), 6000.0), 0.3), RMSE, GATE).loss_rows == ()


def test_an_ordinary_loss_names_no_row():
    heavy = RANDOM.standard_t(3, ROWS)
    old = Contender("old", "h", KEYS, tuple(ACTUAL), tuple(ACTUAL + heavy))
    for challenger in (contender("new", ACTUAL, 0.3), replace(old, model="again")):
        found = judge(old, challenger, RMSE, GATE)
        assert found.loss_rows == ()
        assert "row makes" not in found.sentence


def test_the_place_is_said_where_it_is_known():
    places = {"row-17": "row 18 (line 19) of s3://bucket/holdout/sealed.csv"}
    found = judge(None, contender("new", absurd(), 0.3), RMSE, GATE, lambda keys: {key: places[key] for key in keys})
    assert (
        "key 'row-17' (row 18 (line 19) of s3://bucket/holdout/sealed.csv; measured 1e+06, answered" in found.sentence
    )
    assert found.loss_rows[0].place == places["row-17"]


def test_a_sure_and_wrong_probability_is_named_by_the_log_loss():
    actual = tuple(float(row % 2) for row in range(ROWS))
    sure = np.array([[0.999, 0.001] if row % 2 == 0 else [0.001, 0.999] for row in range(ROWS)])
    sure[4] = 0.0, 1.0
    one = Contender("new", "h", KEYS, actual, actual, sure)
    found = judge(None, one, Objective("LogLoss", "Minimize"), GATE)
    assert [row.key for row in found.loss_rows] == ["row-4"]


def test_a_verdict_with_rows_comes_back_from_json_and_so_does_one_of_an_earlier_release():
    found = judge(contender("old", absurd(), 0.9), contender("new", absurd(), 0.3), RMSE, GATE)
    stored = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert verdict_of(stored) == found
    earlier = {name: value for name, value in stored.items() if name not in ("loss_rows", "chance")}
    assert verdict_of(earlier).loss_rows == ()


@pytest.mark.parametrize("metric", ["MSE", "RMSE", "MAE", "R2"])
@pytest.mark.parametrize("value", [1e200, -1e200, 1.7e308])
@pytest.mark.parametrize("where", ["answer", "measured value"])
def test_finite_and_meaningless_numbers_are_a_kept_verdict(metric, value, where):
    actual = absurd((17,), value) if where == "measured value" else list(ACTUAL)
    good = contender("new", actual, 0.3)
    new = good if where == "measured value" else replace(good, predicted=(*good.predicted[:-1], value))
    for champion in (None, contender("old", actual, 0.3)):
        found = judge(champion, new, Objective(metric, direction_of(metric)), GATE)
        assert found.decision == "keep"
        assert ("row-17" if where == "measured value" else "row-159") in found.sentence
        json.dumps(found.as_json(), allow_nan=False)
    if where == "answer":
        found = judge(new, good, Objective(metric, direction_of(metric)), GATE)
        json.dumps(found.as_json(), allow_nan=False)
        assert "row-159" in found.sentence
