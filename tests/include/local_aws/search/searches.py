"""Runs whole searches and reads what they leave."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.include.local_aws.jobs import ROLE, Clients, finished, transform, unique
from tests.include.local_aws.search.tables import job

SECONDS = 600


def put(clients: Clients, data: bytes, **metadata: str) -> str:
    name = unique("table")
    clients.s3.create_bucket(Bucket=name)
    clients.s3.put_object(Bucket=name, Key="in/data.csv", Body=data, Metadata=metadata)
    return name


def search(clients: Clients, request: dict[str, Any]) -> dict[str, Any]:
    clients.sagemaker.create_auto_ml_job(**request)
    finished(clients.sagemaker, "AutoML", request["AutoMLJobName"], SECONDS)
    described: dict[str, Any] = clients.sagemaker.describe_auto_ml_job(AutoMLJobName=request["AutoMLJobName"])
    return described


def read(clients: Clients, uri: str) -> bytes:
    place = urlsplit(uri)
    body: bytes = clients.s3.get_object(Bucket=place.netloc, Key=place.path[1:])["Body"].read()
    return body


def keys(clients: Clients, bucket: str, prefix: str) -> list[str]:
    found = clients.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [item["Key"].removeprefix(prefix) for item in found]


def unpack(clients: Clients, uri: str, folder: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(read(clients, uri))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def predictions(clients: Clients, bucket: str, containers: list[dict[str, Any]], rows: bytes) -> list[str]:
    """Make a model of the containers, as it stands in the answer, and transform rows with it."""
    name = unique("predict")
    clients.s3.put_object(Bucket=bucket, Key=f"{name}/rows.csv", Body=rows)
    clients.sagemaker.create_model(ModelName=name, Containers=containers, ExecutionRoleArn=ROLE)
    clients.sagemaker.create_transform_job(**transform(bucket, name, name, f"{name}/"))
    assert finished(clients.sagemaker, "Transform", name)["TransformJobStatus"] == "Completed"
    return read(clients, f"s3://{bucket}/predictions/{name}/rows.csv.out").decode().splitlines()


class Searched:
    """A finished search."""

    def __init__(self, clients: Clients, data: bytes, candidates: int, target: str = "y", **more: Any) -> None:
        self.bucket = put(clients, data)
        self.described = search(clients, {**job(self.bucket, target=target, candidates=candidates), **more})
        self.name: str = self.described["AutoMLJobName"]
        assert self.described["AutoMLJobStatus"] == "Completed", self.described
        self.best: dict[str, Any] = self.described["BestCandidate"]
        self.candidates = clients.sagemaker.list_candidates_for_auto_ml_job(AutoMLJobName=self.name)["Candidates"]
        self.steps: list[str] = [step["CandidateStepName"] for step in self.best["CandidateSteps"]]
