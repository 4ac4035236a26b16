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

from include.autopilot.base.metrics import BINARY, MULTICLASS, REGRESSION, metrics_of
from include.autopilot.drift.baseline import metrics_source
from include.autopilot.drops.plan import Plan
from include.autopilot.s3.objects import write

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SECTIONS = {
    REGRESSION: "regression_metrics",
    BINARY: "binary_classification_metrics",
    MULTICLASS: "multiclass_classification_metrics",
}


def quality_of(problem_type: str, judged: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of the file.

    :param judged: the judging holdout's part of the run's evaluation.
    """
    values = {name: score["value"] for name, score in judged["metrics"].items()}
    metrics: dict[str, Any] = {
        metric.monitored_as: {"value": values[metric.name]}
        for metric in metrics_of(problem_type)
        if metric.monitored_as and values.get(metric.name) is not None
    }
    if "confusion" in judged:
        classes, counts = judged["confusion"]["classes"], judged["confusion"]["measured_by_predicted"]
        metrics["confusion_matrix"] = {
            name: dict(zip(classes, row, strict=True)) for name, row in zip(classes, counts, strict=True)
        }
    return {"version": 0, "dataset": {"item_count": judged["rows"]}, _SECTIONS[problem_type]: metrics}


def write_quality(s3: S3Client, plan: Plan, evaluation: Mapping[str, Any]) -> dict[str, str]:
    """Write ``model_quality.json`` into the run's folder and return it as a MetricsSource."""
    content = quality_of(plan.problem.type, evaluation["holdouts"][evaluation["judge"]])
    body = json.dumps(content, indent=2, sort_keys=True, allow_nan=False).encode()
    uri = write(s3, plan.run_folder.model_quality, body, "application/json", plan.source)
    return metrics_source(uri, hashlib.sha256(body).hexdigest())
