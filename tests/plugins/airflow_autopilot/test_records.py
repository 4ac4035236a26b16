"""What is kept of a job in S3, and what of it may be logged."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from airflow_autopilot import records
from tests.plugins.airflow_autopilot.test_operators import run
from tests.plugins.airflow_autopilot.test_submit import client, request

__all__ = ["client"]  # the fixture


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "passwd",
        "MY_SECRET",
        "HfToken",
        "aws_credentials",
        "PRIVATE_KEY",
        "api_key",
        "apikey",
        "SAGEMAKER_ACCESS_KEY",
    ],
)
@pytest.mark.parametrize("place", ["Environment", "HyperParameters"])
def test_values_whose_names_look_secret_are_masked(place: str, name: str) -> None:
    assert records.masked({place: {name: "hunter2", "max_depth": "3"}}) == {place: {name: "***", "max_depth": "3"}}


def test_secrets_are_masked_however_deep() -> None:
    model = {"Containers": [{"Image": "i", "Environment": {"TOKEN": "hunter2"}}], "PrimaryContainer": {}}
    assert "hunter2" not in json.dumps(records.masked(model))


def test_members_of_the_request_itself_are_not_masked() -> None:
    whole = {"ClientRequestToken": "t", "Tags": [{"Key": "secret", "Value": "v"}]}
    assert records.masked(whole) == whole


def test_the_given_request_is_left_as_it_is() -> None:
    given = {"Environment": {"TOKEN": "hunter2"}}
    records.masked(given)
    assert given == {"Environment": {"TOKEN": "hunter2"}}


@pytest.mark.parametrize("folder", ["s3://submit/kept", "s3://submit/kept/"])
def test_a_record_is_plain_json_beside_the_run(client: Any, aws: str, folder: str) -> None:
    s3 = boto3.client("s3", endpoint_url=aws)
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    uri = records.save(s3, folder, "job", "description", {"CreationTime": moment, "ResponseMetadata": {"a": 1}})
    assert uri == "s3://submit/kept/job.description.json"
    kept = s3.get_object(Bucket="submit", Key="kept/job.description.json")["Body"].read()
    assert json.loads(kept) == {"CreationTime": "2024-01-01T00:00:00+00:00"}


def test_a_whole_task_logs_no_secret(
    airflow_db: None, client: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        ended = run(request("masked", Environment={"DB_PASSWORD": "hunter2hunter2", "STAGE": "seen-in-log"}))
    said = caplog.text + "".join(capfd.readouterr())
    assert ended.state == "success"
    assert "seen-in-log" in said
    assert "hunter2hunter2" not in said
