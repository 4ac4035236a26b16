"""What is kept of a job in S3, and what of it may be logged."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from airflow_sagemaker_once import records
from tests.support.bucketpolicies import WITHOUT_HEADER, deny
from tests.support.onetask import run
from tests.support.trainings import request


@pytest.mark.parametrize("folder", ["s3://submit/kept", "s3://submit/kept/"])
def test_a_record_is_plain_json_beside_the_run(client: Any, aws: str, folder: str) -> None:
    s3 = boto3.client("s3", endpoint_url=aws)
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    uri = records.save(s3, folder, "job", "description", {"CreationTime": moment, "ResponseMetadata": {"a": 1}})
    assert uri == "s3://submit/kept/job.description.json"
    kept = s3.get_object(Bucket="submit", Key="kept/job.description.json")["Body"].read()
    assert json.loads(kept) == {"CreationTime": "2024-01-01T00:00:00+00:00"}


def test_a_record_says_how_it_is_encrypted_where_a_bucket_demands_it(aws: str) -> None:
    s3 = boto3.client("s3", endpoint_url=aws)
    bucket = deny(s3, WITHOUT_HEADER)
    with pytest.raises(ClientError, match="AccessDenied"):
        records.save(s3, f"s3://{bucket}/kept", "job", "request", {"a": 1})
    records.save(s3, f"s3://{bucket}/kept", "job", "request", {"a": 1}, {"ServerSideEncryption": "AES256"})
    assert s3.head_object(Bucket=bucket, Key="kept/job.request.json")["ServerSideEncryption"] == "AES256"


def test_a_whole_task_logs_no_secret(
    airflow_db: None, client: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        ended = run(request("masked", Environment={"DB_PASSWORD": "hunter2hunter2", "STAGE": "seen-in-log"}))
    said = caplog.text + "".join(capfd.readouterr())
    assert ended.state == "success"
    assert "seen-in-log" in said
    assert "hunter2hunter2" not in said
