from __future__ import annotations

import ast
from pathlib import Path

import pytest
from botocore.session import get_session

import include.autopilot
from include.autopilot.base.metrics import BINARY, METRICS, MULTICLASS, REGRESSION, find_metric, metrics_of


def names(problem_type: str) -> set[str]:
    return {metric.name for metric in metrics_of(problem_type)}


def test_every_problem_has_autopilots_metrics() -> None:
    assert names(REGRESSION) - {"Spearman"} == {"MAE", "MSE", "R2", "RMSE"}
    assert names(BINARY) == {"Accuracy", "AUC", "BalancedAccuracy", "F1", "LogLoss", "Precision", "Recall"}
    assert names(MULTICLASS) == {
        "Accuracy", "BalancedAccuracy", "F1macro", "LogLoss", "PrecisionMacro", "RecallMacro",
    }  # fmt: skip


def test_every_objective_for_tables_that_sagemaker_takes_is_known() -> None:
    taken = set(get_session().get_service_model("sagemaker").shape_for("AutoMLMetricEnum").enum)  # type: ignore[attr-defined]
    of_forecasts = {"MAPE", "MASE", "WAPE", "AverageWeightedQuantileLoss"}
    assert taken - of_forecasts <= {metric.name for metric in METRICS}


@pytest.mark.parametrize(
    ("name", "problem_type", "expected"),
    [
        ("F1", BINARY, "F1"),
        ("validation:f1_binary", BINARY, "F1"),
        ("validation:binary_f_beta", None, "F1"),
        ("validation:binary_classification_accuracy", BINARY, "Accuracy"),
        ("validation:accuracy", MULTICLASS, "Accuracy"),
        ("validation:objective_loss", REGRESSION, "MSE"),
        ("validation:objective_loss", MULTICLASS, "LogLoss"),
        ("validation:mlogloss", MULTICLASS, "LogLoss"),
        ("validation:mse", REGRESSION, "MSE"),
    ],
)
def test_found_by_autopilots_name_and_by_the_algorithms(name: str, problem_type: str | None, expected: str) -> None:
    found = find_metric(name, problem_type)
    assert found is not None
    assert found.name == expected


@pytest.mark.parametrize(("name", "problem_type"), [("MSE", BINARY), ("AUC", MULTICLASS), ("MAPE", None)])
def test_what_the_problem_does_not_have(name: str, problem_type: str | None) -> None:
    assert find_metric(name, problem_type) is None


def test_an_alias_means_one_direction() -> None:
    for metric in METRICS:
        for name in (metric.name.lower(), *metric.aliases):
            meant = {other.direction for other in METRICS if name in (other.name.lower(), *other.aliases)}
            assert len(meant) == 1, name


DOMAIN = Path(include.autopilot.__path__[0])
ROWS = {DOMAIN / "base/metrics.py", DOMAIN / "evaluation/scores.py", DOMAIN / "gate/resampled.py"}


@pytest.mark.parametrize("file", sorted(set(DOMAIN.rglob("*.py")) - ROWS), ids=lambda file: file.stem)
def test_a_metric_is_a_row_in_three_files_and_named_nowhere_else(file: Path) -> None:
    texts = {node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)}
    assert not texts & {metric.name for metric in METRICS}
