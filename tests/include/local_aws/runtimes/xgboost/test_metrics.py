from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import xgboost
from sklearn.metrics import mean_squared_error, r2_score

from include.local_aws.runtimes.xgboost.callbacks import round_line
from include.local_aws.runtimes.xgboost.metrics import METRIC_DEFINITIONS, added_metrics, split_metrics, to_classes


def _scores(names: list[str], objective: str, predictions: Any, labels: list[float]) -> dict[str, float]:
    data = xgboost.DMatrix(np.zeros((len(labels), 1)), label=labels)
    return dict(added_metrics(names, objective)(np.array(predictions), data))


def test_regression_metrics() -> None:
    scores = _scores(["mse", "r2"], "reg:squarederror", [1.0, 2.0, 5.0], [1.0, 2.0, 3.0])
    assert scores == {"mse": pytest.approx(4 / 3), "r2": pytest.approx(1 - 4 / 2)}


def test_regression_metrics_are_scikit_learns_to_the_last_bit() -> None:
    generator = np.random.default_rng(0)
    for rows in (2, 3, 100, 481):
        labels = generator.normal(6, 1, rows).astype(np.float32)
        predictions = (labels + generator.normal(0, 0.5, rows)).astype(np.float32)
        assert _scores(["mse", "r2"], "reg:squarederror", predictions, labels.tolist()) == {
            "mse": mean_squared_error(labels, predictions),
            "r2": r2_score(labels, predictions),
        }


@pytest.mark.parametrize(("predictions", "r2"), [([2.0, 2.0], 1.0), ([2.0, 3.0], 0.0)])
def test_r2_of_a_target_that_does_not_vary(predictions: list[float], r2: float) -> None:
    assert _scores(["r2"], "reg:squarederror", predictions, [2.0, 2.0])["r2"] == r2 == r2_score([2, 2], predictions)


@pytest.mark.parametrize(
    ("predictions", "told"),
    [([[0.1, 0.9], [0.5, 0.5]], "of one number per row"), ([np.inf, 1.0], "no finite number")],
)
def test_regression_metrics_refuse_what_they_would_tell_wrong(predictions: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        _scores(["mse"], "reg:squarederror", predictions, [0, 1])


def test_binary_metrics_from_probabilities() -> None:
    # Classes 1, 1, 0, 0 against 1, 0, 1, 0: one of each kind.
    names = ["accuracy", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "precision", "recall", "precision_micro"]
    scores = _scores(names, "binary:logistic", [0.9, 0.6, 0.4, 0.1], [1, 0, 1, 0])
    assert scores == dict.fromkeys(names, 0.5)


def test_f1_binary_looks_at_class_one_only() -> None:
    scores = _scores(["f1_binary", "f1_macro"], "binary:hinge", [1.0, 1.0, 0.0, 0.0, 0.0], [1, 0, 0, 0, 0])
    assert scores["f1_binary"] == pytest.approx(2 / 3)
    assert scores["f1_macro"] == pytest.approx((2 / 3 + 6 / 7) / 2)


def test_a_class_never_predicted_counts_as_zero_without_a_warning() -> None:
    assert _scores(["f1_binary", "precision"], "binary:logistic", [0.1, 0.1], [1, 0]) == {
        "f1_binary": 0,
        "precision": 0,
    }


@pytest.mark.parametrize(
    ("objective", "predictions", "classes"),
    [
        ("binary:logistic", [0.5, 0.51], [0, 1]),
        ("binary:logitraw", [-0.1, 0.1], [0, 1]),
        ("binary:hinge", [0.0, 1.0], [0, 1]),
        ("multi:softmax", [2.0, 0.0], [2, 0]),
        ("multi:softprob", [[0.2, 0.5, 0.3], [0.6, 0.2, 0.2]], [1, 0]),
    ],
)
def test_predictions_become_classes(objective: str, predictions: Any, classes: list[int]) -> None:
    assert to_classes(np.array(predictions), objective).tolist() == classes


def test_metrics_are_split_once_each_in_order() -> None:
    assert split_metrics(["mse", "rmse", "f1", "mae", "rmse", "error@0.7"]) == (
        ["rmse", "mae", "error@0.7"],
        ["mse", "f1"],
    )


def test_the_regexes_pick_their_own_metric_out_of_a_log_line() -> None:
    line = round_line(7, {"train": {"rmse": 1.2, "f1": 0.2}, "validation": {"rmse": 1.3, "f1_macro": -1e-3}})
    assert (
        line
        == "[7]#011train-rmse:1.20000#011train-f1:0.20000#011validation-rmse:1.30000#011validation-f1_macro:-0.00100"
    )
    found = {item["Name"]: re.search(item["Regex"], line) for item in METRIC_DEFINITIONS}
    assert {name: float(match.group(1)) for name, match in found.items() if match} == {
        "train:rmse": 1.2,
        "train:f1": 0.2,
        "validation:rmse": 1.3,
        "validation:f1_macro": -0.001,
    }
