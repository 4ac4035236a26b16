from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.errors import ConfigError, GateError
from include.autopilot.gate.gateconfig import GateConfig
from include.autopilot.gate.gateobjective import judged_by
from include.autopilot.objective import Objective
from include.autopilot.problem import Problem
from tests.include.autopilot.conftest import YAML

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
        (REGRESSION, GateConfig(metric="R2", direction="Minimize"), "R2 is stated as Minimize, but it is to maximize"),
        (LABELS, GateConfig(metric="AUC", direction="Maximize"), "AUC needs probabilities. Add inference_output"),
    ],
)
def test_what_cannot_judge_is_refused(problem: Problem, gate: GateConfig, message: str) -> None:
    with pytest.raises(GateError, match=message):
        judged_by(problem, gate)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("gate: {metric: MAE}", "gate: state the direction of MAE too: Minimize or Maximize."),
        ("gate: {min_rows: 3}", "key 'gate.min_rows' is not known. Remove it or correct its spelling;"),
        ("gate: {mode: off}", "key 'gate.mode' is 'off'."),
        ("approval: yes", "key 'approval' is 'yes'."),
        ("approval_timeout_seconds: 60", "approval_timeout_seconds limits an approval: set approval to required"),
    ],
)
def test_a_wrong_key_is_named(lines: str, message: str) -> None:
    from include.autopilot.config import parse_model

    with pytest.raises(ConfigError) as refusal:
        parse_model(f"{YAML}{lines}\n", "toy.yaml")
    assert message in str(refusal.value)


def test_the_keys_are_read() -> None:
    from include.autopilot.config import parse_model

    lines = (
        "gate: {mode: dry_run, metric: MAE, direction: Minimize}\napproval: required\napproval_timeout_seconds: 60\n"
    )
    config: Any = parse_model(YAML + lines, "toy.yaml")
    assert (config.gate.mode, config.gate.metric, config.approval) == ("dry_run", "MAE", "required")
    assert config.approval_timeout_seconds == 60
