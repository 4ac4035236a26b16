"""Real jobs on objects whose keys lead elsewhere: they fail with the reason, and nothing is written there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.include.local_aws.jobs import Clients, channel, finished, processing, training, transform, unique


def _request(kind: str, bucket: str, name: str, model: str) -> dict[str, Any]:
    if kind == "Training":
        return training(bucket, name, InputDataConfig=[channel(bucket, "train")])
    if kind == "Transform":
        return transform(bucket, name, model, "in/train/")
    request = processing(bucket, name)
    request["ProcessingInputs"][0]["S3Input"]["S3Uri"] = f"s3://{bucket}/in/train/"
    return request


@pytest.mark.parametrize("kind", ["Training", "Transform", "Processing"])
@pytest.mark.parametrize("up", [False, True])
def test_no_job_writes_outside_its_folder(
    clients: Clients, bucket: str, model: str, tmp_path: Path, kind: str, up: bool
) -> None:
    evil = tmp_path / "evil"
    # Below the prefix an absolute path, or one that climbs as far as it takes.
    key = f"in/train/{'../' * 40 if up else '/'}{str(evil).lstrip('/')}"
    clients.s3.put_object(Bucket=bucket, Key=key, Body=b"1,2\n")
    assert [found["Key"] for found in clients.s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    name = unique("hostile")
    create = getattr(clients.sagemaker, f"create_{kind.lower()}_job")
    create(**_request(kind, bucket, name, model))
    described = finished(clients.sagemaker, kind, name)
    assert described[f"{kind}JobStatus"] == "Failed"
    assert "cannot be a file of the job: its path below the source" in described["FailureReason"]
    assert ("has the part '..'" if up else "begins with '/'") in described["FailureReason"]
    assert not evil.exists()
    assert not evil.with_name("evil.out").exists()
