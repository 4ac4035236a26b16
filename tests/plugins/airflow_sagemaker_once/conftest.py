"""A SageMaker client of the embedded AWS, with tables to train on."""

from __future__ import annotations

from typing import Any

import boto3
import pytest


@pytest.fixture(scope="module")
def client(aws: str) -> Any:
    s3 = boto3.client("s3", endpoint_url=aws)
    s3.create_bucket(Bucket="submit")
    rows = "\n".join(f"{n},{n % 7},{n % 3}" for n in range(60))
    s3.put_object(Bucket="submit", Key="train/rows.csv", Body=rows.encode())
    s3.put_object(Bucket="submit", Key="broken/rows.csv", Body=b"no,numbers,here")
    return boto3.client("sagemaker", endpoint_url=aws)
