"""Hyperparameter tuning jobs through the real endpoint: their children train for real."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.include.local_aws.jobs import (
    BUILDER,
    XGBOOST,
    Clients,
    finished,
    put_tables,
    refused,
    tuning,
    unique,
    until,
)

KIND = "HyperParameterTuning"


@pytest.fixture
def tables(clients: Clients, bucket: str) -> str:
    put_tables(clients.s3, bucket)
    return bucket


def tuned(clients: Clients, request: dict[str, Any]) -> dict[str, Any]:
    clients.sagemaker.create_hyper_parameter_tuning_job(**request)
    return finished(clients.sagemaker, KIND, request["HyperParameterTuningJobName"])


def children(clients: Clients, name: str, **request: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = clients.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, MaxResults=100, **request
    )["TrainingJobSummaries"]
    return found


def changed(request: dict[str, Any], **definition: Any) -> dict[str, Any]:
    request["TrainingJobDefinition"] |= definition
    return request


def test_a_tuning_job_leaves_real_training_jobs(clients: Clients, tables: str) -> None:
    name, tags = unique("tune"), [{"Key": "team", "Value": "x"}]
    described = tuned(clients, {**tuning(tables, name, 4), "Tags": tags})
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["TrainingJobStatusCounters"] == {
        "Completed": 4,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 0,
        "Stopped": 0,
    }
    assert described["ObjectiveStatusCounters"] == {"Succeeded": 4, "Pending": 0, "Failed": 0}
    found = children(clients, name, SortBy="FinalObjectiveMetricValue")
    values = [one["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for one in found]
    assert values == sorted(values)
    assert described["BestTrainingJob"] == found[0]
    assert sorted(one["TrainingJobName"] for one in found) == [
        one["TrainingJobName"] for one in children(clients, name)
    ]
    for number, one in enumerate(children(clients, name), 1):
        assert re.fullmatch(rf"{name}-{number:03d}-[0-9a-f]{{8}}", one["TrainingJobName"])
        child = clients.sagemaker.describe_training_job(TrainingJobName=one["TrainingJobName"])
        assert child["TuningJobArn"] == described["HyperParameterTuningJobArn"]
        assert child["HyperParameters"] == {
            "num_round": "5",
            "objective": "reg:squarederror",
            "_tuning_objective_metric": "validation:rmse",
            **one["TunedHyperParameters"],
        }
        assert child["ModelArtifacts"]["S3ModelArtifacts"].startswith(f"s3://{tables}/out/{one['TrainingJobName']}/")
        assert clients.sagemaker.list_tags(ResourceArn=one["TrainingJobArn"])["Tags"] == tags
    listed = clients.sagemaker.list_hyper_parameter_tuning_jobs(NameContains=name)["HyperParameterTuningJobSummaries"]
    assert [(one["Strategy"], one["ResourceLimits"]["MaxNumberOfTrainingJobs"]) for one in listed] == [("Bayesian", 4)]
    code, message = refused(clients.sagemaker.create_hyper_parameter_tuning_job, **tuning(tables, name))
    assert (code, message) == (
        "ResourceInUse",
        f"A hyperparameter tuning job with the name, {name}, already exists. Choose a different name.",
    )


def test_failed_children_are_borne_and_five_are_enough(clients: Clients, tables: str) -> None:
    half, none = unique("half"), unique("none")
    # hist alone takes constraints.
    methods = {"CategoricalParameterRanges": [{"Name": "tree_method", "Values": ["hist", "approx"]}]}
    request = tuning(tables, half, Strategy="Grid", ParameterRanges=methods)
    request["TrainingJobDefinition"]["StaticHyperParameters"]["monotone_constraints"] = "(1,0,0,0)"
    described = tuned(clients, request)
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    counted = described["TrainingJobStatusCounters"]
    assert (counted["Completed"], counted["NonRetryableError"]) == (1, 1)
    assert described["BestTrainingJob"]["TunedHyperParameters"] == {"tree_method": "hist"}

    request = tuning(tables, none, 9)
    request["TrainingJobDefinition"]["StaticHyperParameters"]["num_class"] = "3"  # not for a regression
    described = tuned(clients, request)
    assert described["HyperParameterTuningJobStatus"] == "Failed"
    assert described["FailureReason"] == (
        "No training job succeeded after 5 attempts. For additional details, please take a look at the training job "
        "failures by listing training jobs for the hyperparameter tuning job."
    )
    assert 5 <= described["TrainingJobStatusCounters"]["NonRetryableError"] < 9
    assert "BestTrainingJob" not in described


def test_stopping_stops_the_children(clients: Clients, tables: str) -> None:
    name = unique("stop")
    clients.sagemaker.create_hyper_parameter_tuning_job(**tuning(tables, name, 9, rounds=50_000_000))
    until(lambda: {"found": children(clients, name)}, lambda told: len(told["found"]) == 2)
    clients.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    described = finished(clients.sagemaker, KIND, name)
    assert described["HyperParameterTuningJobStatus"] == "Stopped"
    assert described["TrainingJobStatusCounters"]["Stopped"] == 2
    assert {one["TrainingJobStatus"] for one in children(clients, name)} == {"Stopped"}
    refusal = refused(clients.sagemaker.stop_hyper_parameter_tuning_job, HyperParameterTuningJobName=name)
    assert refusal == (
        "ValidationException",
        "The request was rejected because the hyperparameter tuning job has already reached a terminal state: Stopped.",
    )
    for call in ("describe_hyper_parameter_tuning_job", "stop_hyper_parameter_tuning_job"):
        code, message = refused(getattr(clients.sagemaker, call), HyperParameterTuningJobName="none")
        assert (code, message) == (
            "ResourceNotFound",
            "Amazon SageMaker can't find a hyperparameter tuning job called none.",
        )


def test_a_good_enough_child_ends_the_job(clients: Clients, tables: str) -> None:
    name = unique("target")
    described = tuned(
        clients, tuning(tables, name, 50, TuningJobCompletionCriteria={"TargetObjectiveMetricValue": 100.0})
    )
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert sum(described["TrainingJobStatusCounters"].values()) <= 3


def test_hyperband_stops_children_that_do_worse(clients: Clients, tables: str) -> None:
    name = unique("band")
    eta = {"CategoricalParameterRanges": [{"Name": "eta", "Values": [f"0.00000{digit}" for digit in range(1, 8)]}]}
    request = tuning(
        tables,
        name,
        2,
        rounds=50_000_000,
        Strategy="Hyperband",
        StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 20}},
        ParameterRanges=eta,
    )
    described = tuned(clients, request)
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["TrainingJobStatusCounters"]["Stopped"] == 2
    assert described["ObjectiveStatusCounters"]["Succeeded"] == 2
    assert described["BestTrainingJob"]["TrainingJobStatus"] == "Stopped"


def test_a_warm_start_knows_what_its_parents_found(clients: Clients, tables: str) -> None:
    parent, name, other = unique("parent"), unique("warm"), unique("moved")
    found = tuned(clients, tuning(tables, parent, 3))
    warm = {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": parent}],
        "WarmStartType": "IdenticalDataAndAlgorithm",
    }
    described = tuned(clients, {**tuning(tables, name, 1), "WarmStartConfig": warm})
    finals = [
        one["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        for one in (described["OverallBestTrainingJob"], described["BestTrainingJob"], found["BestTrainingJob"])
    ]
    assert finals[0] == min(finals[1:])
    warm["WarmStartType"] = "TransferLearning"
    moved = tuned(
        clients,
        changed(
            {**tuning(tables, other, 1), "WarmStartConfig": warm}, OutputDataConfig={"S3OutputPath": f"s3://{tables}/2"}
        ),
    )
    assert moved["BestTrainingJob"]["TunedHyperParameters"] == found["BestTrainingJob"]["TunedHyperParameters"]
    assert "OverallBestTrainingJob" not in moved

    def told(request: dict[str, Any], kind: str = "IdenticalDataAndAlgorithm") -> str:
        given = {**warm, "WarmStartType": kind}
        code, message = refused(
            clients.sagemaker.create_hyper_parameter_tuning_job, **{**request, "WarmStartConfig": given}
        )
        assert code == "ValidationException"
        return message

    request = tuning(tables, unique("w"))
    request["TrainingJobDefinition"]["StaticHyperParameters"]["gamma"] = "1"
    assert told(request, "TransferLearning").startswith(
        "The set of tunable plus static HyperParameter names is not the"
    )
    inputs = tuning(tables, "w")["TrainingJobDefinition"]["InputDataConfig"]
    inputs[0]["DataSource"]["S3DataSource"]["S3Uri"] += "/"
    assert "input data must be the same" in told(changed(tuning(tables, unique("w")), InputDataConfig=inputs))
    image = {"TrainingImage": XGBOOST.replace("1.3-1", "1.5-1"), "TrainingInputMode": "File"}
    assert "training image must be the same" in told(changed(tuning(tables, unique("w")), AlgorithmSpecification=image))
    objective = {"Type": "Minimize", "MetricName": "validation:mae"}
    request = tuning(tables, unique("w"), HyperParameterTuningJobObjective=objective)
    assert "objective metric of a warm start" in told(request, "TransferLearning")
    assert "The training jobs of the parent tuning jobs, 3, and MaxNumberOfTrainingJobs, 748, count" in told(
        tuning(tables, unique("w"), 748)
    )
    warm["ParentHyperParameterTuningJobs"] = [{"HyperParameterTuningJobName": "none"}]
    assert told(tuning(tables, unique("w"))) == "The parent hyperparameter tuning job, none, doesn't exist."


def _range(**one: Any) -> dict[str, Any]:
    return {"ParameterRanges": {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"} | one]}}


@pytest.mark.parametrize(
    ("config", "definition", "told"),
    [
        (
            {"HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:nonsense"}},
            {},
            f"job, [validation:nonsense], isn't valid for the [{XGBOOST}] algorithm. Choose a valid objective metric.",
        ),
        (
            {"HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "train:rmse"}},
            {},
            "[train:rmse], isn't valid",
        ),
        (_range(Name="nonsense"), {}, f"The hyperparameter [nonsense] isn't valid for the [{XGBOOST}] algorithm."),
        (_range(MaxValue="2"), {}, "Hyperparameter eta: 2.0 is not in [0, 1]"),
        (_range(Name="max_depth"), {}, "The hyperparameter [max_depth] takes integers"),
        (_range(Name="num_round"), {}, "The hyperparameter num_round is static and has a range"),
        ({}, {"StaticHyperParameters": {"nonsense": "1"}}, "The hyperparameter [nonsense] isn't valid"),
        ({"Strategy": "Grid"}, {}, "Grid searches categorical hyperparameters only"),
        ({"Strategy": "Hyperband"}, {}, "Provide MaxResource"),
        ({"ResourceLimits": {"MaxParallelTrainingJobs": 1}}, {}, "must specify MaxNumberOfTrainingJobs"),
        (
            {"ParameterRanges": {"CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree"]}]}},
            {},
            "[1.0] must be equal or greater than the value of MaxNumberOfJobs, [2]. Provide additional ranges.",
        ),
        (
            {},
            {"AlgorithmSpecification": {"TrainingImage": BUILDER, "TrainingInputMode": "File"}},
            "A metric is required for this hyperparameter tuning job objective.",
        ),
        ({}, {"RoleArn": "r" * 20}, "failed to satisfy constraint"),
        (
            {},
            {"TuningObjective": {"Type": "Minimize", "MetricName": "validation:mae"}},
            "specify HyperParameterTuningJobObjective in HyperParameterTuningJobConfig, not TuningObjective in",
        ),
        (
            {},
            {"HyperParameterRanges": _range()["ParameterRanges"]},
            "specify ParameterRanges in HyperParameterTuningJobConfig, not HyperParameterRanges in the definition",
        ),
        (
            {},
            {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1}},
            "2 Instances",
        ),
    ],
)
def test_what_is_refused(
    clients: Clients, tables: str, config: dict[str, Any], definition: dict[str, Any], told: str
) -> None:
    request = changed(tuning(tables, unique("no"), **config), **definition)
    code, message = refused(clients.sagemaker.create_hyper_parameter_tuning_job, **request)
    assert code in {"ValidationException", "ResourceLimitExceeded"}
    assert told in message
    assert not clients.sagemaker.list_hyper_parameter_tuning_jobs(NameContains=request["HyperParameterTuningJobName"])[
        "HyperParameterTuningJobSummaries"
    ]


def test_without_a_channel_of_data_nothing_is_made(clients: Clients, bucket: str) -> None:
    code, message = refused(clients.sagemaker.create_hyper_parameter_tuning_job, **tuning(bucket, unique("no")))
    assert (code, message[:19]) == ("ValidationException", "No S3 objects found")
