from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from include.autopilot.base.errors import GateError
from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.settings.gate import GateConfig, Rule
from tests.support.contenders import GATE, RMSE, contender, regressors

AUC = Objective("AUC", "Maximize")


@cache
def classifiers() -> dict[str, Contender]:
    features, target = load_breast_cancer(return_X_y=True)
    models = {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
        "stump": DecisionTreeClassifier(max_depth=1, random_state=0),
    }
    found = {}
    for name, model in models.items():
        model.fit(features[1::2], target[1::2])
        probabilities = tuple(map(tuple, model.predict_proba(features[::2]).tolist()))
        found[name] = contender(name, target[::2], model.predict(features[::2]), probabilities)
    return found


def test_a_better_model_is_promoted():
    found = judge(regressors()["deep tree"], regressors()["ridge"], RMSE, GATE)
    assert (found.decision, found.reason, found.promotes) == ("promote", "better", True)
    assert found.comparison is not None
    assert 0 < found.comparison.low < found.comparison.bound < found.comparison.gain < found.comparison.high
    assert found.comparison.relative_gain == pytest.approx(found.comparison.gain / found.comparison.champion)
    assert "sealed rows: " in found.sentence
    assert "better" in found.sentence


def test_a_worse_model_is_not():
    found = judge(regressors()["ridge"], regressors()["deep tree"], RMSE, GATE)
    assert (found.decision, found.reason, found.promotes) == ("keep", "worse", False)


def test_the_same_model_twice_is_a_tie():
    ridge = regressors()["ridge"]
    found = judge(ridge, replace(ridge, model="again"), RMSE, GATE)
    assert (found.decision, found.reason) == ("keep", "tie")


@pytest.mark.parametrize(
    ("metric", "direction"),
    [("AUC", "Maximize"), ("Accuracy", "Maximize"), ("F1", "Maximize"), ("LogLoss", "Minimize")],
)
def test_classifiers_in_either_direction(metric, direction):
    better, worse = classifiers()["logistic"], classifiers()["stump"]
    assert judge(worse, better, Objective(metric, direction), GATE).promotes
    assert judge(better, worse, Objective(metric, direction), GATE).reason == "worse"


@pytest.mark.parametrize("metric", ["MSE", "MAE"])
def test_regressors_by_other_errors(metric):
    assert judge(regressors()["deep tree"], regressors()["ridge"], Objective(metric, "Minimize"), GATE).promotes


def test_r2_is_a_score():
    assert judge(regressors()["deep tree"], regressors()["ridge"], Objective("R2", "Maximize"), GATE).promotes


@pytest.mark.parametrize(("metric", "direction"), [("RMSE", "Maximize"), ("R2", "Minimize")])
def test_a_wrong_direction_is_refused(metric, direction):
    with pytest.raises(GateError, match="would promote the worse model"):
        judge(regressors()["ridge"], regressors()["deep tree"], Objective(metric, direction), GATE)


def test_an_unknown_metric_is_refused():
    with pytest.raises(GateError, match="cannot judge by metric 'Beauty'"):
        judge(None, regressors()["ridge"], Objective("Beauty", "Maximize"), GATE)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda one: replace(one, holdout="other"), "holdout differ"),
        (lambda one: replace(one, keys=one.keys[::-1]), "keys differ"),
        (lambda one: replace(one, actual=(0.0, *one.actual[1:])), "measured values differ"),
    ],
)
@pytest.mark.parametrize("mode", ["enabled", "disabled"])
def test_a_changed_holdout_is_refused(change, what, mode):
    with pytest.raises(GateError, match=what):
        judge(regressors()["deep tree"], change(regressors()["ridge"]), RMSE, replace(GATE, mode=mode))


def test_the_first_model_must_beat_the_mean():
    found = judge(None, regressors()["ridge"], RMSE, GATE)
    assert (found.decision, found.reason, found.opponent) == ("promote", "first_model", "the mean of the holdout")
    useless = judge(None, regressors()["deep tree"], RMSE, GATE)
    assert (useless.decision, useless.reason) == ("keep", "no_better_than_baseline")


@pytest.mark.parametrize("metric", [AUC, Objective("Accuracy", "Maximize"), Objective("LogLoss", "Minimize")])
def test_the_first_classifier_must_beat_a_constant(metric):
    good = classifiers()["logistic"]
    assert judge(None, good, metric, GATE).reason == "first_model"
    mixed = np.random.default_rng(0).permutation(len(good.keys))
    guess = replace(
        good,
        predicted=tuple(good.predicted[row] for row in mixed),
        probabilities=tuple((good.probabilities or ())[row] for row in mixed),
    )
    assert judge(None, guess, metric, GATE).reason == "no_better_than_baseline"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_answers_that_are_no_numbers_keep_the_champion(value):
    ridge, tree = regressors()["ridge"], regressors()["deep tree"]
    broken = replace(ridge, predicted=(value, *ridge.predicted[1:]))
    assert judge(tree, broken, RMSE, GATE).reason == "not_finite"
    assert judge(None, broken, RMSE, GATE).reason == "not_finite"
    found = judge(broken, tree, RMSE, GATE)
    assert (found.decision, found.reason, found.comparison) == ("keep", "champion_not_finite", None)


def few(one: Contender, rows: int) -> Contender:
    return replace(one, keys=one.keys[:rows], actual=one.actual[:rows], predicted=one.predicted[:rows])


def test_too_few_rows_keep_the_champion_and_say_what_they_can_tell():
    found = judge(few(regressors()["deep tree"], 45), few(regressors()["ridge"], 45), RMSE, GATE)
    assert (found.decision, found.reason) == ("keep", "too_few_rows")
    assert found.comparison is not None
    half = (found.comparison.high - found.comparison.low) / 2
    assert f"differences of about {half:.2g} only" in found.sentence
    assert judge(None, few(regressors()["ridge"], 45), RMSE, GATE).reason == "too_few_rows"


def test_what_is_not_defined_keeps_the_champion():
    rows = 200
    one_class = contender("a", [0] * rows, [0] * rows, ((0.9, 0.1),) * rows)
    found = judge(one_class, replace(one_class, model="b"), AUC, GATE)
    assert found.reason == "undefined"
    assert found.sentence == (
        "AUC is not defined for these 200 rows: all of them are of one class. Seal a holdout with more that differ, or "
        "name another gate.metric. The champion stays."
    )
    one_positive = replace(one_class, actual=(1.0, *one_class.actual[1:]))
    found = judge(one_positive, replace(one_positive, model="b"), AUC, GATE)
    assert found.reason == "undefined"
    assert "all but 1 of them are of one class" in found.sentence


def test_a_holdout_of_one_value_is_named_as_that():
    constant = contender("a", [0.1] * 200, [0.2] * 200)
    found = judge(None, constant, Objective("R2", "Maximize"), GATE)
    assert found.reason == "undefined"
    assert "R2 is not defined for these 200 rows: all of them have the measured value 0.1. Seal" in found.sentence


def test_probabilities_may_be_needed():
    plain = replace(classifiers()["logistic"], probabilities=None)
    with pytest.raises(GateError, match="without probabilities"):
        judge(plain, plain, AUC, GATE)
    assert judge(None, plain, Objective("Accuracy", "Maximize"), GATE).promotes


def test_the_modes():
    pair = regressors()["deep tree"], regressors()["ridge"]
    dry = judge(*pair, RMSE, replace(GATE, mode="dry_run"))
    assert (dry.decision, dry.reason, dry.promotes) == ("promote", "better", False)
    assert "nothing is promoted" in dry.sentence
    off = judge(*pair, RMSE, replace(GATE, mode="disabled"))
    assert (off.decision, off.reason, off.promotes, off.comparison) == ("keep", "disabled", False, None)


def scaled(one: Contender, factor: float, name: str) -> Contender:
    """Return answers whose errors are the same but for a factor."""
    predicted = tuple(a + factor * (p - a) for a, p in zip(one.actual, one.predicted, strict=True))
    return replace(one, model=name, predicted=predicted)


def test_a_sure_but_small_gain_is_not_worth_it():
    ridge = regressors()["ridge"]
    found = judge(ridge, scaled(ridge, 0.995, "hardly better"), RMSE, GATE)
    assert (found.decision, found.reason) == ("keep", "too_small")
    assert found.comparison is not None
    assert found.comparison.low > 0
    assert judge(ridge, scaled(ridge, 0.985, "better"), RMSE, GATE).promotes


def test_a_perfect_champion_stays():
    ridge = regressors()["ridge"]
    found = judge(scaled(ridge, 0, "perfect"), ridge, RMSE, GATE)
    assert (found.decision, found.reason) == ("keep", "worse")
    assert found.comparison is not None
    assert found.comparison.relative_gain is None


def noisy_pair(gain: float) -> tuple[Contender, Contender]:
    random = np.random.default_rng(3)
    actual, shared, one, other = random.standard_normal((4, 200))
    errors = shared + one / 3
    wanted = (1 - gain) * np.sqrt((errors**2).mean())
    challenger = shared + other / 3
    challenger *= wanted / np.sqrt((challenger**2).mean())
    return contender("old", actual, actual + errors), contender("new", actual, actual + challenger)


@pytest.mark.parametrize(
    ("gain", "promoted"),
    [
        (-0.02, set()),
        (0.015, {"point"}),
        (0.05, {"point", "non_inferior"}),
        (0.10, {"point", "non_inferior", "bound", "interval"}),
    ],
)
def test_the_rules_from_lenient_to_strict(gain, promoted):
    pair = noisy_pair(gain)
    rules: tuple[Rule, ...] = ("point", "non_inferior", "bound", "interval")
    assert {rule for rule in rules if judge(*pair, RMSE, replace(GATE, rule=rule)).promotes} == promoted


def test_an_uncertain_gain_keeps_the_champion():
    assert judge(*noisy_pair(0.03), RMSE, GATE).reason == "uncertain"


def test_a_verdict_is_plain_json():
    found = judge(regressors()["deep tree"], regressors()["ridge"], RMSE, GATE)
    content = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert content["promotes"] is True
    assert content["comparison"]["metric"] == "RMSE"
    assert (content["rows"], content["resamples"], content["seed"], content["rule"]) == (221, 2000, 0, "interval")


ERRORS = st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=100, max_size=130)
QUICK = GateConfig(resamples=1000)


def pair_of(errors, shift=0):
    actual = [row % 7 + shift for row in range(len(errors))]
    return tuple(
        contender(str(side), actual, [a + error[side] / 64 for a, error in zip(actual, errors, strict=True)])
        for side in (0, 1)
    )


@settings(deadline=None, max_examples=8)
@given(ERRORS)
def test_swapping_the_two_mirrors_the_numbers(errors):
    one, other = pair_of(errors)
    there, back = judge(one, other, RMSE, QUICK).comparison, judge(other, one, RMSE, QUICK).comparison
    assert there is not None
    assert back is not None
    assert (there.gain, there.low, there.high) == pytest.approx((-back.gain, -back.high, -back.low), abs=1e-9)


@settings(deadline=None, max_examples=8)
@given(ERRORS, st.integers(-1000, 1000))
def test_a_shift_of_target_and_answers_changes_nothing(errors, shift):
    here, there = (judge(*pair_of(errors, by), RMSE, QUICK) for by in (0, shift))
    assert (here.decision, here.reason, here.comparison) == (there.decision, there.reason, there.comparison)


@settings(deadline=None, max_examples=4)
@given(ERRORS)
def test_the_same_question_has_the_same_answer(errors):
    assert judge(*pair_of(errors), RMSE, QUICK) == judge(*pair_of(errors), RMSE, QUICK)


@pytest.mark.parametrize("rule", ["point", "non_inferior", "bound", "interval"])
def test_a_tie_is_a_verdict_where_any_gain_would_do(rule):
    gate = replace(GATE, min_relative_change=0, rule=rule)
    ridge, logistic = regressors()["ridge"], classifiers()["logistic"]
    perfect = scaled(ridge, 0, "perfect")
    for one, objective in ((ridge, RMSE), (perfect, RMSE), (logistic, AUC)):
        found = judge(one, replace(one, model="again"), objective, gate)
        assert (found.decision, found.reason) == ("keep", "tie")
        json.dumps(found.as_json(), allow_nan=False)


@pytest.mark.parametrize("rule", ["point", "non_inferior", "bound", "interval"])
def test_a_champion_next_to_perfect_gives_a_verdict(rule):
    """Its loss is so small that no share of it is a number."""
    ridge = regressors()["ridge"]
    exact = replace(ridge, predicted=ridge.actual)
    champion = replace(exact, actual=(0.0, *ridge.actual[1:]), predicted=(5e-324, *ridge.actual[1:]))
    challenger = replace(champion, predicted=(1.0, *ridge.actual[1:]))
    for metric in (Objective("MAE", "Minimize"), RMSE, Objective("R2", "Maximize")):
        found = judge(champion, challenger, metric, replace(GATE, min_relative_change=0, rule=rule))
        assert found.decision == "keep"
        json.dumps(found.as_json(), allow_nan=False)


def test_answers_that_are_no_numbers_are_counted_and_the_first_row_is_named():
    ridge, tree = regressors()["ridge"], regressors()["deep tree"]
    broken = replace(ridge, predicted=(*ridge.predicted[:3], math.nan, math.inf, *ridge.predicted[5:]))
    for champion in (None, tree):
        found = judge(champion, broken, RMSE, GATE, lambda keys: dict.fromkeys(keys, "row 4 of the file"))
        assert "ridge, answered 2 of 221 rows with no number" in found.sentence
        assert "the first of them key 'row 3' (row 4 of the file)" in found.sentence
