"""Small training jobs: their requests, and how they went."""

from __future__ import annotations

import time
from typing import Any

OWNER = {"airflow-autopilot:dag": "d", "airflow-autopilot:run": "r"}
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"


def request(name: str, **changes: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": changes.pop("data", "s3://submit/train/")}
    return {
        "TrainingJobName": name,
        "RoleArn": "arn:aws:iam::123456789012:role/Any",
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "HyperParameters": {"num_round": "2", "objective": "reg:squarederror"},
        "InputDataConfig": [
            {"ChannelName": "train", "DataSource": {"S3DataSource": source}, "ContentType": "text/csv"}
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://submit/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        **changes,
    }


def tuning(name: str, num_round: str = "2", jobs: int = 3) -> dict[str, Any]:
    """A tuning job of such trainings."""
    training = request("unused")
    definition = {key: value for key, value in training.items() if key not in ("TrainingJobName", "HyperParameters")}
    (channel,) = training["InputDataConfig"]
    eta = {"Name": "eta", "MinValue": "0.1", "MaxValue": "0.4", "ScalingType": "Logarithmic"}
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": 1},
            "ParameterRanges": {"ContinuousParameterRanges": [eta]},
        },
        "TrainingJobDefinition": {
            **definition,
            "StaticHyperParameters": {"num_round": num_round, "objective": "reg:squarederror"},
            "InputDataConfig": [channel, {**channel, "ChannelName": "validation"}],
        },
    }


def ended(client: Any, name: str) -> str:
    while (status := client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]) == "InProgress":
        time.sleep(0.1)
    return str(status)


def names(client: Any, part: str) -> list[str]:
    found = client.list_training_jobs(NameContains=part, MaxResults=100)["TrainingJobSummaries"]
    return sorted(job["TrainingJobName"] for job in found)


def owner(generation: int, run_id: str = "r") -> dict[str, str]:
    return {"airflow-autopilot:run": run_id, "airflow-autopilot:generation": str(generation)}


def long(name: str) -> dict[str, Any]:
    return request(name, HyperParameters={"num_round": "50000000", "objective": "reg:squarederror"})


def status(client: Any, name: str) -> str:
    return str(client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"])


def stopped(client: Any, name: str) -> str:
    while (now := status(client, name)) in ("InProgress", "Stopping"):
        time.sleep(0.1)
    return now
