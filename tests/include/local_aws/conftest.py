"""What the tests of the embedded AWS share: its clients, a bucket each, and one finished training job."""

from __future__ import annotations

import pytest

from tests.include.local_aws.jobs import ROLE, XGBOOST, Clients, finished, put_tables, training, unique


@pytest.fixture(scope="session")
def clients(aws: str) -> Clients:
    """The clients of the session's endpoint."""
    return Clients.of(aws)


@pytest.fixture
def bucket(clients: Clients) -> str:
    """An empty bucket."""
    name = unique("bucket")
    clients.s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="session")
def tables(clients: Clients) -> str:
    """A bucket with training and holdout tables; tests write to prefixes of their own."""
    name = unique("tables")
    clients.s3.create_bucket(Bucket=name)
    put_tables(clients.s3, name)
    return name


@pytest.fixture(scope="session")
def trained(clients: Clients, tables: str) -> str:
    """The name of a finished training job."""
    name = unique("trained")
    clients.sagemaker.create_training_job(**training(tables, name))
    described = finished(clients.sagemaker, "Training", name)
    assert described["TrainingJobStatus"] == "Completed", described
    return name


@pytest.fixture(scope="session")
def model(clients: Clients, trained: str) -> str:
    """The name of a model made from the finished training job."""
    described = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    container = {"Image": XGBOOST, "ModelDataUrl": described["ModelArtifacts"]["S3ModelArtifacts"]}
    name = unique("model")
    clients.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    return name
