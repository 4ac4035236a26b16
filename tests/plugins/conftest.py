"""A second embedded AWS, one that can be told to misbehave; Airflow's connection ``faulty`` points to it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import boto3
import pytest

from include.local_aws.faults import Faults
from include.local_aws.process import start
from tests.support.faulty import CONNECTION, Faulty


@pytest.fixture(scope="session")
def _endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    with start(tmp_path_factory.mktemp("faulty"), faults=True) as running:
        connection = json.loads(os.environ["AIRFLOW_CONN_AWS_DEFAULT"])
        connection["extra"]["endpoint_url"] = running.url
        os.environ[f"AIRFLOW_CONN_{CONNECTION.upper()}"] = json.dumps(connection)
        s3 = boto3.client("s3", endpoint_url=running.url)
        s3.create_bucket(Bucket="submit")
        rows = "\n".join(f"{n},{n % 7},{n % 3}" for n in range(60))
        s3.put_object(Bucket="submit", Key="train/rows.csv", Body=rows.encode())
        yield Faulty(Faults(running.url), boto3.client("sagemaker", endpoint_url=running.url))


@pytest.fixture
def faulty(_endpoint: Faulty) -> Iterator[Faulty]:
    """The endpoint without any rule; none outlives the test."""
    _endpoint.faults.clear()
    yield _endpoint
    _endpoint.faults.clear()
