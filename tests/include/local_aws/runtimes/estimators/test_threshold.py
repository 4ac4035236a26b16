from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.estimators.threshold import DEFAULT, Criterion

TRUTH = np.array([0, 0, 1, 0, 1, 1.0])
CHANCE = np.array([0.1, 0.2, 0.3, 0.35, 0.6, 0.8])


def measured(threshold: float) -> tuple[float, float, float]:
    predicted = threshold <= CHANCE
    hits = float((predicted & (TRUTH == 1)).sum())
    return hits / predicted.sum(), hits / TRUTH.sum(), float((predicted == TRUTH).mean())


@pytest.mark.parametrize(
    ("criterion", "threshold"),
    [
        (Criterion("accuracy"), 0.3),
        (Criterion("f_beta"), 0.3),
        (Criterion("f_beta", f_beta=0.1), 0.6),
        (Criterion("precision_at_target_recall", target=0.6), 0.6),
        (Criterion("precision_at_target_recall", target=0.9), 0.3),
        (Criterion("recall_at_target_precision", target=0.9), 0.6),
        (Criterion("loss_function"), DEFAULT),
    ],
)
def test_the_best_threshold_of_each_criterion(criterion: Criterion, threshold: float) -> None:
    assert criterion.threshold(TRUTH, CHANCE) == threshold


def test_no_threshold_is_more_accurate() -> None:
    best = measured(Criterion("accuracy").threshold(TRUTH, CHANCE))[2]
    assert best == max(measured(chance)[2] for chance in CHANCE)


def test_one_class_says_nothing() -> None:
    assert Criterion("accuracy").threshold(np.ones(3), np.array([0.1, 0.2, 0.3])) == DEFAULT
