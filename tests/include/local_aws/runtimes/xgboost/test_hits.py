"""The counts must give what scikit-learn gives, classes that are missing on either side included."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from include.local_aws.runtimes.xgboost.hits import Hits


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_they_agree_with_scikit_learn(classes: int) -> None:
    generator = np.random.default_rng(classes)
    for rows in (1, 3, 40):
        truth, predicted = generator.integers(0, classes, size=(2, rows))
        hits, average = (
            Hits.count(truth.astype(float), predicted.astype(float)),
            {"average": "macro", "zero_division": 0},
        )
        assert hits.share == pytest.approx(metrics.accuracy_score(truth, predicted))
        assert hits.f1.mean() == pytest.approx(metrics.f1_score(truth, predicted, **average))
        assert hits.precision.mean() == pytest.approx(metrics.precision_score(truth, predicted, **average))
        assert hits.recall.mean() == pytest.approx(metrics.recall_score(truth, predicted, **average))
        recalled = metrics.fbeta_score(truth, predicted, beta=2, **average)
        assert hits.f(2).mean() == pytest.approx(recalled)
        seen = hits.recall[hits.true > 0]
        assert seen.mean() == pytest.approx(metrics.balanced_accuracy_score(truth, predicted))


def test_class_one_that_does_not_occur() -> None:
    hits = Hits.count(np.array([0.0, 2.0]), np.array([0.0, 0.0]))
    assert hits.of_class(1, hits.f1) == 0.0
