"""The answer that looks at no row: by every metric the best of its kind, and what a first model must beat."""

from __future__ import annotations

import numpy as np
import pytest

from include.autopilot.candidate.objective import Objective, direction_of
from include.autopilot.gate.baseline import baseline_of
from include.autopilot.gate.bootstrap import value_of
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.settings.gate import GateConfig

ROWS = 150
KEYS = tuple(map(str, range(ROWS)))
GATE = GateConfig(resamples=1000)
BINARY = ("Accuracy", "BalancedAccuracy", "F1", "Precision", "Recall", "AUC", "LogLoss")
MULTICLASS = ("Accuracy", "BalancedAccuracy", "F1macro", "PrecisionMacro", "RecallMacro", "LogLoss")
REGRESSION = ("MSE", "RMSE", "MAE", "R2")


def contender(actual, predicted, classes=None):
    chances = None
    if classes is not None:
        chances = 0.05 / classes + 0.95 * np.eye(classes)[np.asarray(predicted, dtype=int)]
    return Contender("new", "h", KEYS, np.asarray(actual, float), np.asarray(predicted, float), chances)


def measured(shares, random):
    """Classes in exactly these shares, mixed."""
    counts = np.floor(np.array(shares) * ROWS).astype(int)
    counts[0] += ROWS - counts.sum()
    return random.permutation(np.repeat(np.arange(len(shares)), counts))


def promoted(make, metric, challengers=40):
    random = np.random.default_rng(7)
    objective = Objective(metric, direction_of(metric))
    return sum(judge(None, make(random), objective, GATE).promotes for _ in range(challengers))


@pytest.mark.parametrize(
    ("shares", "says", "metric"),
    [
        ((0.5, 0.5), (0.5, 0.5), "F1"),
        ((0.5, 0.5), (0.5, 0.5), "Precision"),
        ((0.5, 0.5), (0.5, 0.5), "Recall"),
        ((0.95, 0.05), (0.0, 1.0), "F1"),
        ((0.95, 0.05), (0.0, 1.0), "Recall"),
        ((0.5, 0.5), (0.97, 0.03), "Precision"),
        ((0.5, 0.5), (0.97, 0.03), "AUC"),
        ((1 / 3, 1 / 3, 1 / 3), (1 / 3, 1 / 3, 1 / 3), "F1macro"),
        ((1 / 3, 1 / 3, 1 / 3), (1 / 3, 1 / 3, 1 / 3), "PrecisionMacro"),
        ((0.9, 0.04, 0.03, 0.03), (0.25, 0.25, 0.25, 0.25), "PrecisionMacro"),
    ],
)
def test_labels_that_know_nothing_become_no_first_champion(shares, says, metric):
    def make(random):
        return contender(measured(shares, random), random.choice(len(says), ROWS, p=says), len(says))

    assert promoted(make, metric) <= 3


@pytest.mark.parametrize("metric", REGRESSION)
@pytest.mark.parametrize("constant", [np.mean, np.median])
def test_a_constant_of_the_training_becomes_no_first_champion(metric, constant):
    def make(random):
        training, actual = random.lognormal(0, 1, (2, ROWS))
        return contender(actual, np.full(ROWS, constant(training)))

    assert promoted(make, metric, challengers=10) == 0


@pytest.mark.parametrize("metric", BINARY)
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1)])
def test_a_model_that_knows_something_becomes_the_first_champion_by_every_metric_of_two_classes(metric, shares):
    random = np.random.default_rng(1)
    actual = measured(shares, random)
    predicted = np.where(random.random(ROWS) < 0.06, 1 - actual, actual)
    good = contender(actual, predicted, 2)
    shares_of_class_1 = 0.5 if shares[0] == 0.5 else None
    if metric == "Accuracy" and shares_of_class_1 is None:
        good = contender(actual, np.where(random.random(ROWS) < 0.01, 1 - actual, actual), 2)
    assert judge(None, good, Objective(metric, direction_of(metric)), GATE).reason == "first_model"


@pytest.mark.parametrize("metric", MULTICLASS)
@pytest.mark.parametrize("shares", [(1 / 3, 1 / 3, 1 / 3), (0.7, 0.2, 0.1)])
def test_a_model_that_knows_something_becomes_the_first_champion_by_every_metric_of_more_classes(metric, shares):
    random = np.random.default_rng(2)
    actual = measured(shares, random)
    predicted = np.where(random.random(ROWS) < 0.1, (actual + 1) % 3, actual)
    good = contender(actual, predicted, 3)
    assert judge(None, good, Objective(metric, direction_of(metric)), GATE).reason == "first_model"


@pytest.mark.parametrize("metric", MULTICLASS)
@pytest.mark.parametrize("classes", [2, 3])
def test_no_constant_class_is_better_than_the_baseline(metric, classes):
    random = np.random.default_rng(3)
    actual = measured((0.5, 0.3, 0.2)[:classes] if classes == 3 else (0.6, 0.4), random)
    found = resampled_metric(metric)
    for label in range(classes):
        constant = contender(actual, np.full(ROWS, label), classes)
        best = value_of(baseline_of(found, constant).scorer, ROWS)
        own = value_of(found.scorer(constant), ROWS)
        assert float(found.loss(np.array(best))) <= float(found.loss(np.array(own))) + 1e-9


@pytest.mark.parametrize(
    ("metric", "shares", "name", "value"),
    [
        ("F1", (0.95, 0.05), "always the positive class", 2 * (7 / 150) / (1 + 7 / 150)),
        ("Precision", (0.6, 0.4), "always the positive class", 0.4),
        ("Recall", (0.6, 0.4), "a guess that says each class as often", 0.5),
        ("Accuracy", (0.6, 0.4), "the most frequent class", 0.6),
        ("BalancedAccuracy", (0.6, 0.4), "the most frequent class", 0.5),
        ("AUC", (0.6, 0.4), "the class frequencies of the holdout", 0.5),
        ("LogLoss", (0.6, 0.4), "the class frequencies of the holdout", -0.6 * np.log(0.6) - 0.4 * np.log(0.4)),
        ("F1macro", (0.6, 0.2, 0.2), "a guess with the class frequencies", 1 / 3),
        ("PrecisionMacro", (0.6, 0.2, 0.2), "a guess with the class frequencies", 1 / 3),
        ("RecallMacro", (0.6, 0.2, 0.2), "the most frequent class", 1 / 3),
    ],
)
def test_which_answer_is_best_without_looking(metric, shares, name, value):
    actual = measured(shares, np.random.default_rng(4))
    # Half of the answers are of class 1.
    half = contender(actual, np.arange(ROWS) % 2, len(shares))
    found = baseline_of(resampled_metric(metric), half)
    assert found.name == name
    assert value_of(found.scorer, ROWS) == pytest.approx(value)


@pytest.mark.parametrize(("metric", "name"), [("MAE", "median"), ("RMSE", "mean"), ("MSE", "mean"), ("R2", "mean")])
def test_of_numbers_it_is_the_middle_by_that_metric(metric, name):
    actual = np.random.default_rng(5).lognormal(0, 1, ROWS)
    found = baseline_of(resampled_metric(metric), contender(actual, actual))
    assert found.name == f"the {name} of the holdout"


def test_a_first_model_by_luck_is_told_as_that():
    """Four rows are called positive, all of them by luck rightly: no resample shows that it was luck."""
    actual = np.arange(ROWS) % 2
    lucky = contender(actual, np.isin(np.arange(ROWS), [1, 3, 5, 7]), 2)
    found = judge(None, lucky, Objective("Precision", "Maximize"), GATE)
    assert (found.decision, found.reason) == ("keep", "no_better_than_baseline")
    assert found.chance is not None
    assert 0.02 < found.chance < 0.15
    assert "Mixed among the rows, its answers are as good in " in found.sentence
