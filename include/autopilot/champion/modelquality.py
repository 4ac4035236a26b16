"""The model quality of a version as a file for the Model Registry, in the form of SageMaker Model Monitor.

The names are those of "Model quality metrics and Amazon CloudWatch monitoring" in the SageMaker developer guide. Only
what was measured is written; the guide's standard deviations, from its own resampling, are left out, and so are metrics
that it does not know.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.autopilot.drift.baseline import metrics_source
from include.autopilot.objects import write
from include.autopilot.plan import Plan
from include.autopilot.report.metrics import BINARY, REGRESSION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REGRESSION = {"MAE": "mae", "MSE": "mse", "RMSE": "rmse", "R2": "r2"}
_BINARY = {"Accuracy": "accuracy", "Precision": "precision", "Recall": "recall", "F1": "f1", "AUC": "auc"}
_MULTICLASS = {"Accuracy": "accuracy"}


def quality_of(problem_type: str, judged: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of the file.

    :param judged: the judging holdout's part of the run's evaluation.
    """
    section, names = {
        REGRESSION: ("regression_metrics", _REGRESSION),
        BINARY: ("binary_classification_metrics", _BINARY),
    }.get(problem_type, ("multiclass_classification_metrics", _MULTICLASS))
    values = {ours: score["value"] for ours, score in judged["metrics"].items()}
    metrics: dict[str, Any] = {
        theirs: {"value": values[ours]} for ours, theirs in names.items() if values.get(ours) is not None
    }
    if "confusion" in judged:
        classes, counts = judged["confusion"]["classes"], judged["confusion"]["measured_by_predicted"]
        metrics["confusion_matrix"] = {
            name: dict(zip(classes, row, strict=True)) for name, row in zip(classes, counts, strict=True)
        }
    return {"version": 0, "dataset": {"item_count": judged["rows"]}, section: metrics}


def write_quality(s3: S3Client, plan: Plan, evaluation: Mapping[str, Any]) -> dict[str, str]:
    """Write ``model_quality.json`` into the run's folder and return it as a MetricsSource."""
    content = quality_of(plan.problem.type, evaluation["holdouts"][evaluation["judge"]])
    body = json.dumps(content, indent=2, sort_keys=True, allow_nan=False).encode()
    uri = write(s3, f"{plan.folder}/model_quality.json", body, "application/json", plan.source)
    return metrics_source(uri, hashlib.sha256(body).hexdigest())
