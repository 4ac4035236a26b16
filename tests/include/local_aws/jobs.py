"""Requests, data and waiting that the tests of the embedded AWS share."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "us-east-1"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sagemaker"
XGBOOST = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"
BUILDER = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/autopilot-data-builder:1"
INSTANCE = "ml.m5.large"
RUNNING = {"InProgress", "Stopping"}


def client(url: str, service: str, region: str = REGION, **config: Any) -> Any:
    """Make a boto3 client of an endpoint, with made-up credentials."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}, **config),
    )


@dataclass(frozen=True)
class Clients:
    """The clients of one endpoint."""

    url: str
    s3: Any
    sagemaker: Any
    logs: Any

    @classmethod
    def of(cls, url: str) -> Clients:
        return cls(url, *(client(url, service) for service in ("s3", "sagemaker", "logs")))


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """Call something that must be refused; answers the error's code and message."""
    with pytest.raises(ClientError) as error:
        call(**request)
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def unique(prefix: str) -> str:
    """Make a name nothing else has."""
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def csv(rows: Any) -> bytes:
    """Write numbers as SageMaker's CSV: no header, label first."""
    return "".join(",".join(f"{value:.5f}" for value in row) + "\n" for row in rows).encode()


def table(rows: int = 300, seed: int = 0) -> np.ndarray:
    """Make a table: label, then four features that explain it."""
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(rows, 4))
    label = 2 * features[:, 0] - features[:, 1] + 0.1 * generator.normal(size=rows)
    return np.c_[label, features]


def put_tables(s3: Any, bucket: str) -> None:
    """Put ``in/train/``, ``in/validation/`` and the label-less ``holdout/`` into a bucket."""
    rows = table()
    s3.put_object(Bucket=bucket, Key="in/train/chunk_0.csv", Body=csv(rows[:200]))
    s3.put_object(Bucket=bucket, Key="in/validation/chunk_0.csv", Body=csv(rows[200:250]))
    s3.put_object(Bucket=bucket, Key="holdout/a/part.csv", Body=csv(rows[250:275, 1:]))
    s3.put_object(Bucket=bucket, Key="holdout/b.csv", Body=csv(rows[275:, 1:]))


def channel(bucket: str, name: str, prefix: str | None = None, **more: Any) -> dict[str, Any]:
    """One CSV channel."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{prefix or f'in/{name}'}"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}, **more}


def training(bucket: str, name: str, rounds: int = 5, **more: Any) -> dict[str, Any]:
    """Make a CreateTrainingJob request for XGBoost; ``more`` replaces members."""
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "InputDataConfig": [channel(bucket, "train"), channel(bucket, "validation")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/out"},
        "ResourceConfig": {"InstanceType": INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "HyperParameters": {"num_round": str(rounds), "objective": "reg:squarederror"},
        **more,
    }


def endless(bucket: str, name: str, **more: Any) -> dict[str, Any]:
    """Make a CreateTrainingJob request that would train for hours."""
    return training(bucket, name, rounds=50_000_000, **more)


def tuning(bucket: str, name: str, jobs: int = 2, rounds: int = 5, **config: Any) -> dict[str, Any]:
    """Make a CreateHyperParameterTuningJob request for XGBoost; ``config`` replaces members of the configuration."""
    definition = training(bucket, "", rounds)
    del definition["TrainingJobName"]
    definition["StaticHyperParameters"] = definition.pop("HyperParameters")
    depth = {"Name": "max_depth", "MinValue": "2", "MaxValue": "6"}
    eta = {"Name": "eta", "MinValue": "0.01", "MaxValue": "0.5", "ScalingType": "Logarithmic"}
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": {"IntegerParameterRanges": [depth], "ContinuousParameterRanges": [eta]},
            "RandomSeed": 1,
            **config,
        },
        "TrainingJobDefinition": definition,
    }


def transform(bucket: str, name: str, model: str, prefix: str = "holdout/", **more: Any) -> dict[str, Any]:
    """Make a CreateTransformJob request over CSV lines; ``more`` replaces members."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{prefix}"}}
    return {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {
            "S3OutputPath": f"s3://{bucket}/predictions/{name}",
            "Accept": "text/csv",
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": INSTANCE, "InstanceCount": 1},
        **more,
    }


def processing(bucket: str, name: str, image: str = XGBOOST, **more: Any) -> dict[str, Any]:
    """Make a CreateProcessingJob request with one input and one output; ``more`` replaces members."""
    cluster = {"InstanceType": INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": 10}
    source = {
        "S3Uri": f"s3://{bucket}/in/",
        "LocalPath": "/opt/ml/processing/input",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    target = {
        "S3Uri": f"s3://{bucket}/processed/{name}",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    }
    return {
        "ProcessingJobName": name,
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": {"ImageUri": image},
        "RoleArn": ROLE,
        "ProcessingInputs": [{"InputName": "table", "S3Input": source}],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "split", "S3Output": target}]},
        **more,
    }


def until(
    describe: Callable[[], dict[str, Any]], reached: Callable[[dict[str, Any]], bool], seconds: float = 60
) -> Any:
    """Poll until a description is as wanted; fails with the last one."""
    last: dict[str, Any] = {}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        last = describe()
        if reached(last):
            return last
        time.sleep(0.05)
    raise AssertionError(f"not reached in {seconds} s: {last}")


def finished(sagemaker: Any, kind: str, name: str, seconds: float = 60) -> dict[str, Any]:
    """Wait for the end of a job; ``kind`` is Training, Transform, Processing, AutoML or HyperParameterTuning."""
    member = f"{kind}Job"
    named = {"AutoML": "describe_auto_ml_job_v2", "HyperParameterTuning": "describe_hyper_parameter_tuning_job"}
    method = getattr(sagemaker, named.get(kind, f"describe_{kind.lower()}_job"))
    described = until(
        lambda: method(**{f"{member}Name": name}), lambda found: found[f"{member}Status"] not in RUNNING, seconds
    )
    assert isinstance(described, dict)
    return described


def log_lines(logs: Any, kind: str, name: str) -> list[str]:
    """Read every log line of a job."""
    group = f"/aws/sagemaker/{kind}Jobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
    events = [
        event
        for stream in streams
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)[
            "events"
        ]
    ]
    return [event["message"] for event in events]
