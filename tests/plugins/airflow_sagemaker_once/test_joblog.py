"""A job's own log lines reach the task's log, and a log that cannot be read harms nobody."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Any

import boto3
import pytest

from airflow_sagemaker_once import joblog, kinds
from airflow_sagemaker_once.submit import submit
from tests.support.onetask import run
from tests.support.trainings import OWNER, ended, request


def test_the_lines_of_a_real_job_come_oldest_first(client: Any, aws: str) -> None:
    submit(client, kinds.TRAINING, request("logged"), OWNER)
    assert ended(client, "logged") == "Completed"
    logs = boto3.client("logs", endpoint_url=aws)
    lines = joblog.lines(logs, kinds.TRAINING, "logged")
    rounds = [line.partition("]")[0] for line in lines if "train-rmse" in line]
    assert rounds == ["[0", "[1"]
    assert joblog.lines(logs, kinds.TRAINING, "logged", at_most=1) == lines[-1:]


def test_all_streams_of_a_job_are_merged_by_time_and_those_of_others_left_out(aws: str) -> None:
    logs = boto3.client("logs", endpoint_url=aws)
    group = "/aws/sagemaker/ProcessingJobs"
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)  # unless a job of another test made it
    now = 1_000 * int(time.time())
    for stream, offsets in {"many/algo-1": (0, 2), "many/algo-2": (1, 3), "many-more/algo-1": (0,)}.items():
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        events = [{"timestamp": now + offset, "message": f"{stream} {offset}"} for offset in offsets]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    lines = joblog.lines(logs, kinds.PROCESSING, "many")
    assert lines == ["many/algo-1 0", "many/algo-2 1", "many/algo-1 2", "many/algo-2 3"]


def test_a_job_that_never_wrote_has_no_lines(aws: str, caplog: pytest.LogCaptureFixture) -> None:
    logs = boto3.client("logs", endpoint_url=aws)
    assert joblog.lines(logs, kinds.TRAINING, "never-was") == []


def test_a_log_that_cannot_be_read_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    from botocore.config import Config

    nobody = Config(retries={"max_attempts": 0}, connect_timeout=1)
    logs = boto3.client("logs", endpoint_url="http://127.0.0.1:9", config=nobody)
    with caplog.at_level(logging.WARNING, logger=joblog.__name__):
        assert joblog.lines(logs, kinds.TRAINING, "j") == []
    assert "the log of training job j could not be read" in caplog.text


def test_kinds_without_a_log_group_ask_nobody() -> None:
    assert joblog.lines(None, kinds.MODEL, "m") == []


def test_the_task_log_has_the_job_log_in_deferred_mode(
    airflow_db: None, client: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        assert run(request("log-in-task"), deferrable=True).state == "success"
    assert "log-in-task | [1]" in caplog.text + "".join(capfd.readouterr())


def test_trainings_that_cannot_be_listed_harm_nobody(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert joblog.failed_trainings(client, "there-is-none") == []
    assert "the trainings of the tuning job there-is-none could not be listed" in caplog.text
