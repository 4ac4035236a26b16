from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from include.autopilot.base.errors import GateError
from include.autopilot.base.metrics import METRICS
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import resampled_metric

ROWS = 120
RANDOM = np.random.default_rng(5)
COUNTS = np.stack([np.ones(ROWS), *RANDOM.multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=4)])


def macro(function):
    return lambda actual, predicted: function(actual, predicted, average="macro", zero_division=0)


def contender(classes: int) -> Contender:
    probabilities = RANDOM.dirichlet(np.ones(classes), ROWS).round(2)  # rounded: ties for the AUC
    actual = np.array([RANDOM.choice(classes, p=row / row.sum()) for row in probabilities])
    rows = tuple(map(tuple, probabilities.tolist()))
    keys = tuple(map(str, range(ROWS)))
    return Contender("m", "h", keys, tuple(actual.tolist()), tuple(probabilities.argmax(axis=1).tolist()), rows)


def check(name, one, expected):
    found = resampled_metric(name).scorer(one)(COUNTS)
    for counts, value in zip(COUNTS, found, strict=True):
        rows = np.repeat(np.arange(ROWS), counts.astype(int))
        assert value == pytest.approx(expected(rows), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("MSE", sk.mean_squared_error),
        ("rmse", sk.root_mean_squared_error),
        ("MAE", sk.mean_absolute_error),
        ("R2", sk.r2_score),
    ],
)
def test_regression_as_scikit_learn_has_it(name, function):
    actual = RANDOM.standard_normal(ROWS) + 1000
    predicted = actual + RANDOM.standard_normal(ROWS)
    one = Contender("m", "h", tuple(map(str, range(ROWS))), tuple(actual.tolist()), tuple(predicted.tolist()))
    check(name, one, lambda rows: function(actual[rows], predicted[rows]))


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("Accuracy", sk.accuracy_score),
        ("BalancedAccuracy", sk.balanced_accuracy_score),
        ("F1macro", macro(sk.f1_score)),
        ("PrecisionMacro", macro(sk.precision_score)),
        ("RecallMacro", macro(sk.recall_score)),
    ],
)
def test_classes_as_scikit_learn_has_it(name, function, classes):
    one = contender(classes)
    actual, predicted = np.asarray(one.actual), np.asarray(one.predicted)
    check(name, one, lambda rows: function(actual[rows], predicted[rows]))


@pytest.mark.parametrize(
    ("name", "function"), [("F1", sk.f1_score), ("Precision", sk.precision_score), ("Recall", sk.recall_score)]
)
def test_the_positive_class_as_scikit_learn_has_it(name, function):
    one = contender(2)
    actual, predicted = np.asarray(one.actual), np.asarray(one.predicted)
    check(name, one, lambda rows: function(actual[rows], predicted[rows]))


def test_auc_as_scikit_learn_has_it():
    one = contender(2)
    actual, scores = np.asarray(one.actual), np.asarray(one.probabilities)[:, 1]
    check("AUC", one, lambda rows: sk.roc_auc_score(actual[rows], scores[rows]))


@pytest.mark.parametrize("classes", [2, 4])
def test_log_loss_as_scikit_learn_has_it(classes):
    one = contender(classes)
    actual, rows_of = np.asarray(one.actual), np.asarray(one.probabilities)
    rows_of = rows_of / rows_of.sum(axis=1, keepdims=True)
    check("LogLoss", one, lambda rows: sk.log_loss(actual[rows], rows_of[rows], labels=range(classes)))


def test_a_probability_of_nothing_for_what_happened_costs_as_much_as_scikit_learn_says():
    sure = ((1.0, 0.0), (0.0, 1.0), (0.25, 0.75))
    one = Contender("m", "h", ("a", "b", "c"), (1, 1, 1), (0, 1, 1), sure)
    (found,) = resampled_metric("LogLoss").scorer(one)(np.ones((1, 3)))
    assert found == pytest.approx(sk.log_loss([1, 1, 1], sure, labels=[0, 1]))


def test_what_is_not_defined_is_nan():
    one = Contender("m", "h", ("a", "b"), (1.0, 1.0), (1.0, 0.0), ((0.2, 0.8), (0.7, 0.3)))
    for name in ("AUC", "R2"):
        assert np.isnan(resampled_metric(name).scorer(one)(np.ones((1, 2)))).all()


@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric.name != "Spearman"])
def test_every_metric_of_autopilot_can_judge(metric):
    assert resampled_metric(metric.name.lower()).known == metric


def test_an_unknown_metric_names_the_known_ones():
    with pytest.raises(GateError, match="MSE, RMSE, MAE"):
        resampled_metric("Beauty")


def test_answers_that_do_not_fit_the_rows_are_refused():
    with pytest.raises(GateError, match="2 keys, 1 measured values and 2 predictions"):
        Contender("m", "h", ("a", "b"), (1.0,), (1.0, 2.0))
