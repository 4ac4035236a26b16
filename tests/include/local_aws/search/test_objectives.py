from __future__ import annotations

import pytest

from include.local_aws.runtimes.estimators.scores import NAMES
from include.local_aws.runtimes.xgboost.metrics import OBJECTIVE_METRICS
from include.local_aws.search.algorithms import LINEAR_LEARNER, MLP, XGBOOST, Algorithm
from include.local_aws.search.objectives import (
    BINARY,
    MULTICLASS,
    PROBLEMS,
    REGRESSION,
    metric_names,
    objective_for,
    objective_names,
)


@pytest.mark.parametrize(
    ("problem", "name", "logged", "direction"),
    [
        (REGRESSION, "MSE", "validation:mse", "minimize"),
        (BINARY, "F1", "validation:f1_binary", "maximize"),
        (MULTICLASS, "Accuracy", "validation:accuracy", "maximize"),
    ],
)
def test_defaults_are_autopilots(problem: str, name: str, logged: str, direction: str) -> None:
    objective = objective_for(problem, None)
    assert (objective.name, objective.logged_by(XGBOOST), objective.direction) == (name, logged, direction)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_objective_is_one_of_the_container(problem: str) -> None:
    for name in objective_names(problem):
        assert objective_for(problem, name).logged_by(XGBOOST) in OBJECTIVE_METRICS


@pytest.mark.parametrize("algorithm", [LINEAR_LEARNER, MLP])
@pytest.mark.parametrize(("problem", "predictor"), list(zip(PROBLEMS, NAMES, strict=True)))
def test_every_metric_is_one_that_the_other_algorithms_log(problem: str, predictor: str, algorithm: Algorithm) -> None:
    assert set(metric_names(problem, algorithm).values()) <= set(NAMES[predictor])
    assert metric_names(problem, algorithm).keys() == metric_names(problem, XGBOOST).keys()


def test_which_value_is_better() -> None:
    assert objective_for(REGRESSION, "RMSE").better(1.0, than=2.0)
    assert objective_for(REGRESSION, "R2").better(0.9, than=0.5)
    assert not objective_for(BINARY, "AUC").better(0.5, than=0.5)
