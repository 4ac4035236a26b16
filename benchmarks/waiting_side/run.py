"""What is run: a side, its jobs and their requests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

STRATA = 10
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"
OVERLAY = Path(__file__).resolve().parents[2] / ".local" / "bench-waiting"


@dataclass(frozen=True)
class Run:
    """One side with ``level`` jobs at a time, ``lapse`` times as fast as in life."""

    side: str
    level: int
    lapse: int = 1


def step_of(run: Run) -> str:
    """Give how the names of a run's jobs begin: model and step."""
    return f"level{run.level}-train"


def request(name: str) -> dict[str, Any]:
    """Give the CreateTrainingJob request."""
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bench/train/"}
    return {
        "TrainingJobName": name,
        "RoleArn": "arn:aws:iam::123456789012:role/Any",
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "HyperParameters": {"num_round": "1", "objective": "reg:squarederror"},
        "InputDataConfig": [
            {"ChannelName": "train", "DataSource": {"S3DataSource": source}, "ContentType": "text/csv"}
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://bench/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def only_answers() -> IO[str]:
    """Give stdout to answers alone; Airflow logs there, which goes to stderr from now on."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers
