from __future__ import annotations

from typing import Any

from include.autopilot.champion.modelquality import quality_of


def judged(confusion: Any = None, **metrics: float | None) -> dict[str, Any]:
    scores = {name: {"value": value, "direction": "Minimize", "reason": None} for name, value in metrics.items()}
    return {"rows": 12, "metrics": scores, **({"confusion": confusion} if confusion else {})}


def test_a_regression_has_monitors_names_and_nothing_that_is_not_defined() -> None:
    assert quality_of("Regression", judged(MSE=4.0, RMSE=2.0, R2=None, Spearman=0.5)) == {
        "version": 0,
        "dataset": {"item_count": 12},
        "regression_metrics": {"mse": {"value": 4.0}, "rmse": {"value": 2.0}},
    }


def test_classes_come_with_their_confusion() -> None:
    confusion = {"classes": ["no", "yes"], "measured_by_predicted": [[5, 1], [2, 4]]}
    binary = quality_of("BinaryClassification", judged(confusion, F1=0.7, AUC=0.8))["binary_classification_metrics"]
    assert binary == {
        "f1": {"value": 0.7},
        "auc": {"value": 0.8},
        "confusion_matrix": {"no": {"no": 5, "yes": 1}, "yes": {"no": 2, "yes": 4}},
    }
    several = quality_of("MulticlassClassification", judged(confusion, Accuracy=0.75, F1macro=0.7))
    assert set(several["multiclass_classification_metrics"]) == {"accuracy", "confusion_matrix"}
