from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from include.autopilot.base.errors import GateError
from include.autopilot.base.metrics import METRICS
from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.objective import judged_by
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.settings.config import parse_model
from include.autopilot.settings.gate import GateConfig
from include.autopilot.template.problem import Problem
from tests.support.toy import YAML

REGRESSION = Problem("Regression", "y", Objective("MSE", "Minimize"), (), ("predicted_label",))
LABELS = Problem("BinaryClassification", "y", Objective("F1", "Maximize"), ("no", "yes"), ("predicted_label",))


def test_the_searchs_objective_judges_unless_told() -> None:
    assert judged_by(REGRESSION, GateConfig()) == Objective("MSE", "Minimize")
    assert judged_by(REGRESSION, GateConfig(metric="r2", direction="Maximize")) == Objective("R2", "Maximize")


@pytest.mark.parametrize(
    ("problem", "gate", "message"),
    [
        (REGRESSION, GateConfig(metric="F1", direction="Maximize"), "'F1' is no metric of a Regression"),
        (REGRESSION, GateConfig(direction="Maximize"), "MSE is stated as Maximize, but it is to minimize"),
        (LABELS, GateConfig(metric="AUC", direction="Maximize"), "AUC needs probabilities. Add inference_output"),
    ],
)
def test_what_cannot_judge_is_refused(problem: Problem, gate: GateConfig, message: str) -> None:
    with pytest.raises(GateError, match=message):
        judged_by(problem, gate)


def test_the_table_of_metrics_says_which_can_judge() -> None:
    for metric in METRICS:
        with nullcontext() if metric.judges else pytest.raises(GateError, match="cannot judge by metric"):
            resampled_metric(metric.name)


def test_the_keys_are_read() -> None:
    lines = (
        "gate: {mode: dry_run, metric: MAE, direction: Minimize}\napproval: required\napproval_timeout_seconds: 60\n"
    )
    config: Any = parse_model(YAML + lines, "toy.yaml")
    assert (config.gate.mode, config.gate.metric, config.approval) == ("dry_run", "MAE", "required")
    assert config.approval_timeout_seconds == 60
