"""The statistics must be those of AWS's documentation ("Model Quality Metrics") on its own examples."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from include.local_aws.runtimes.reports.quality import Answers, statistics

BINARY, MULTICLASS, REGRESSION = "BinaryClassification", "MulticlassClassification", "Regression"


def counted(counts: dict[tuple[int, int], int]) -> Answers:
    """Answers with so many rows per class that was and class that was answered."""
    truth, predicted = (np.repeat([pair[at] for pair in counts], list(counts.values())) for at in (0, 1))
    return Answers(truth.astype(float), predicted.astype(float), predicted.astype(float))


def values(found: dict[str, Any], name: str) -> dict[str, Any]:
    return {metric: one["value"] for metric, one in found[name].items() if "value" in one}


def test_two_classes_of_the_documentation() -> None:
    found = statistics(BINARY, ["0", "1"], counted({(0, 0): 1, (0, 1): 2, (1, 1): 1}))
    told = found["binary_classification_metrics"]
    assert told["confusion_matrix"] == {"0": {"0": 1, "1": 2}, "1": {"0": 0, "1": 1}}
    expected = {
        "recall": 1.0,
        "precision": 0.3333333333333333,
        "accuracy": 0.5,
        "true_positive_rate": 1.0,
        "true_negative_rate": 0.33333333333333337,
        "false_positive_rate": 0.6666666666666666,
        "false_negative_rate": 0.0,
        "f0_5": 0.3846153846153846,
        "f1": 0.5,
        "f2": 0.7142857142857143,
        "recall_best_constant_classifier": 1.0,
        "precision_best_constant_classifier": 0.25,
        "f0_5_best_constant_classifier": 0.29411764705882354,
        "f1_best_constant_classifier": 0.4,
        "f2_best_constant_classifier": 0.625,
    }
    rest = {name: value for name, value in values(found, "binary_classification_metrics").items() if name in expected}
    assert rest == pytest.approx(expected)
    assert {one["standard_deviation"] for one in told.values() if "value" in one} == {"NaN"}


def test_several_classes_of_the_documentation() -> None:
    answers = counted({(0, 0): 1180, (0, 1): 510, (1, 0): 268, (1, 1): 138})
    found = statistics(MULTICLASS, ["0", "1"], answers)
    expected = {
        "accuracy": 0.6288167938931297,
        "weighted_recall": 0.6288167938931297,
        "weighted_precision": 0.6983172269629505,
        "weighted_f0_5": 0.6803947317178771,
        "weighted_f1": 0.6571162346664904,
        "weighted_f2": 0.6384024354394601,
    }
    told = values(found, "multiclass_classification_metrics")
    assert {name: told[name] for name in expected} == pytest.approx(expected)
    assert told["accuracy_best_constant_classifier"] == pytest.approx(1690 / 2096)
    deviations = {
        one["standard_deviation"] for one in found["multiclass_classification_metrics"].values() if "value" in one
    }
    assert all(0 <= one < 0.1 for one in deviations)


def test_numbers() -> None:
    generator = np.random.default_rng(0)
    truth = generator.normal(size=500)
    scores = truth + generator.normal(scale=0.5, size=500)
    found = statistics(REGRESSION, [], Answers(truth, scores, scores))
    assert found["dataset"] == {"item_count": 500}
    told = values(found, "regression_metrics")
    assert told["rmse"] == pytest.approx(told["mse"] ** 0.5) == pytest.approx(0.5, abs=0.05)
    assert told["r2"] == pytest.approx(metrics.r2_score(truth, scores))
    assert told["mae"] == pytest.approx(np.abs(truth - scores).mean())
    assert 0 < found["regression_metrics"]["mse"]["standard_deviation"] < 0.1 * told["mse"]


def test_curves_are_thinned_and_end_where_curves_end() -> None:
    generator = np.random.default_rng(0)
    truth = (generator.random(3000) < 0.3).astype(float)
    scores = np.clip(0.4 * truth + 0.6 * generator.random(3000), 0, 1)
    told = statistics(BINARY, ["no", "yes"], Answers(truth, scores, scores > 0.5))["binary_classification_metrics"]
    assert told["auc"]["value"] == pytest.approx(metrics.roc_auc_score(truth, scores))
    roc, curve = told["receiver_operating_characteristic_curve"], told["precision_recall_curve"]
    assert (roc["false_positive_rates"][0], roc["false_positive_rates"][-1]) == (0, 1)
    assert (curve["recalls"][0], curve["recalls"][-1]) == (0, 1)
    assert {len(points) for points in (*roc.values(), *curve.values())} <= set(range(10, 201))
    area = np.trapezoid(roc["true_positive_rates"], roc["false_positive_rates"])
    assert area == pytest.approx(told["auc"]["value"], abs=0.01)


def test_one_class_only_is_told_as_what_cannot_be_computed() -> None:
    answers = counted({(0, 0): 30})
    found = statistics(BINARY, ["no", "yes"], answers)
    assert found["binary_classification_metrics"]["auc"]["value"] == "NaN"
    json.loads(json.dumps(found, allow_nan=False))
