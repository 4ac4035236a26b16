from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.errors import CandidateError
from include.autopilot.candidate.objective import Objective, direction_of, objective_of, problem_type_of, target_of


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        ("MSE", "Minimize"),
        ("validation:mse", "Minimize"),
        ("validation:objective_loss", "Minimize"),
        ("LogLoss", "Minimize"),
        ("F1", "Maximize"),
        ("validation:accuracy", "Maximize"),
        ("R2", "Maximize"),
    ],
)
def test_directions(metric: str, direction: str) -> None:
    assert direction_of(metric) == direction


def test_an_unknown_direction_is_not_guessed() -> None:
    with pytest.raises(CandidateError, match="Metric 'validation:merror2': unknown whether higher or lower"):
        direction_of("validation:merror2")


@pytest.mark.parametrize(
    ("job", "candidate", "expected"),
    [
        ({"AutoMLJobObjective": {"MetricName": "RMSE"}}, {}, Objective("RMSE", "Minimize")),
        ({"ResolvedAttributes": {"AutoMLJobObjective": {"MetricName": "F1"}}}, {}, Objective("F1", "Maximize")),
        (
            {},
            {"FinalAutoMLJobObjectiveMetric": {"MetricName": "validation:mse", "StandardMetricName": "MSE"}},
            Objective("MSE", "Minimize"),
        ),
        (
            {},
            {"FinalAutoMLJobObjectiveMetric": {"MetricName": "validation:mse"}},
            Objective("validation:mse", "Minimize"),
        ),
        (
            {},
            {"FinalAutoMLJobObjectiveMetric": {"MetricName": "validation:own", "Type": "Maximize"}},
            Objective("validation:own", "Maximize"),
        ),
    ],
)
def test_wherever_the_objective_is(job: Any, candidate: Any, expected: Objective) -> None:
    assert objective_of(job, candidate, "job") == expected


def test_no_objective() -> None:
    with pytest.raises(CandidateError, match="job: no objective metric anywhere"):
        objective_of({}, {}, "job")


@pytest.mark.parametrize(
    "job",
    [
        {"ProblemType": "Regression"},
        {"ResolvedAttributes": {"ProblemType": "Regression"}},
        {"AutoMLProblemTypeConfig": {"TabularJobConfig": {"ProblemType": "Regression"}}},
        {
            "AutoMLProblemTypeConfig": {"TabularJobConfig": {}},
            "ResolvedAttributes": {
                "AutoMLProblemTypeResolvedAttributes": {"TabularResolvedAttributes": {"ProblemType": "Regression"}}
            },
        },
    ],
)
def test_wherever_the_problem_type_is(job: Any) -> None:
    assert problem_type_of(job, "job") == "Regression"


def test_no_problem_type() -> None:
    with pytest.raises(CandidateError, match="only tabular jobs can be replayed"):
        problem_type_of({"AutoMLProblemTypeConfig": {"TextClassificationJobConfig": {}}}, "job")


@pytest.mark.parametrize(
    ("job", "target"),
    [
        ({"AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}}}, "y"),
        ({"InputDataConfig": [{"ChannelType": "validation"}, {"TargetAttributeName": "y"}]}, "y"),
        ({"InputDataConfig": [{}]}, None),
        ({}, None),
    ],
)
def test_wherever_the_target_is(job: Any, target: str | None) -> None:
    assert target_of(job) == target
