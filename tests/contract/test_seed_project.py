"""What the original project's Lambda functions did, with boto3 alone, must work against the endpoint.

They took an Autopilot candidate's transform and training job, described each, and created it again with other S3 paths.
"""

from __future__ import annotations

import copy
import io
import tarfile
from typing import Any

import pytest
import xgboost

from tests.include.local_aws.jobs import ROLE, Clients, client, csv, finished, table, unique

FROM_DESCRIPTION = (
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "HyperParameters",
)


@pytest.fixture(scope="module")
def clients(aws: str) -> Clients:
    return Clients.of(aws)


@pytest.fixture(scope="module")
def bucket(clients: Clients) -> str:
    name = unique("seed")
    clients.s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="module")
def candidate(clients: Clients, bucket: str) -> dict[str, str]:
    """The names of the transform and training step of a best candidate, from a real search."""
    rows = "pIC50,a,b,c,d\n" + csv(table(520)).decode()
    clients.s3.put_object(Bucket=bucket, Key="raw/train.csv", Body=rows.encode())
    name = unique("seed")[:32]
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/raw/"}}
    clients.sagemaker.create_auto_ml_job(
        AutoMLJobName=name,
        InputDataConfig=[{"DataSource": source, "TargetAttributeName": "pIC50"}],
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}/automl"},
        ProblemType="Regression",
        AutoMLJobObjective={"MetricName": "MSE"},
        AutoMLJobConfig={"CompletionCriteria": {"MaxCandidates": 2}},
        RoleArn=ROLE,
    )
    described = finished(clients.sagemaker, "AutoML", name, seconds=120)
    _, _, transform, training = described["BestCandidate"]["CandidateSteps"]
    return {"transform": transform["CandidateStepName"], "training": training["CandidateStepName"]}


def _new_drop(clients: Clients, bucket: str) -> None:
    rows = table(200, seed=1)
    clients.s3.put_object(Bucket=bucket, Key="new/train/chunk_0.csv", Body=csv(rows[:150]))
    clients.s3.put_object(Bucket=bucket, Key="new/validation/chunk_0.csv", Body=csv(rows[150:]))


def test_describe_a_transform_job_and_create_it_with_other_paths(
    clients: Clients, bucket: str, candidate: dict[str, str]
) -> None:
    _new_drop(clients, bucket)
    transformed = _transform_again(clients, bucket, candidate)
    described = finished(clients.sagemaker, "Transform", transformed)
    assert described["TransformJobStatus"] == "Completed", described
    listed = clients.s3.list_objects_v2(Bucket=bucket, Prefix="new-features/")["Contents"]
    assert [item["Key"] for item in listed] == [
        "new-features/train/chunk_0.csv.out",
        "new-features/validation/chunk_0.csv.out",
    ]
    trained = _train_again(clients, bucket, candidate)
    described = finished(clients.sagemaker, "Training", trained)
    assert described["TrainingJobStatus"] == "Completed", described
    body = clients.s3.get_object(Bucket=bucket, Key=f"new-model/{trained}/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        models = [archive.extractfile(member) for member in archive.getmembers() if member.isfile()]
        boosters = [xgboost.Booster(model_file=bytearray(file.read())) for file in models if file]
    assert boosters
    assert all(booster.num_boosted_rounds() > 0 for booster in boosters)


def _transform_again(clients: Clients, bucket: str, candidate: dict[str, str]) -> str:
    sagemaker = client(clients.url, "sagemaker")
    old = sagemaker.describe_transform_job(TransformJobName=candidate["transform"])
    name = unique("again")
    given = copy.deepcopy(old["TransformInput"])
    given["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{bucket}/new/"
    wanted = {**old["TransformOutput"], "S3OutputPath": f"s3://{bucket}/new-features/"}
    sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=old["ModelName"],
        TransformInput=given,
        TransformOutput=wanted,
        TransformResources=old["TransformResources"],
    )
    return name


def _train_again(clients: Clients, bucket: str, candidate: dict[str, str]) -> str:
    sagemaker = client(clients.url, "sagemaker")
    old = sagemaker.describe_training_job(TrainingJobName=candidate["training"])
    name = unique("again")
    request: dict[str, Any] = {key: copy.deepcopy(old[key]) for key in FROM_DESCRIPTION}
    request["AlgorithmSpecification"].pop("MetricDefinitions")
    for channel, folder in zip(request["InputDataConfig"], ("train", "validation"), strict=True):
        channel["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{bucket}/new-features/{folder}"
    request["OutputDataConfig"]["S3OutputPath"] = f"s3://{bucket}/new-model"
    sagemaker.create_training_job(TrainingJobName=name, StoppingCondition={"MaxRuntimeInSeconds": 3500}, **request)
    return name
