"""The one list of secrets in every place where Airflow shows something or keeps it: logs, records, errors, messages."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import boto3
import pytest
from airflow.sdk.exceptions import AirflowFailException

from airflow_autopilot import notifications
from airflow_autopilot.flow import flow
from airflow_sagemaker_once.errors import JobFailed, NoCapacity
from airflow_sagemaker_once.operators import AutopilotTrainingOperator
from airflow_sagemaker_once.secrecy import airflow_mask, masked_errors
from include.autopilot.base.errors import RunError
from include.autopilot.base.masking import masked
from include.autopilot.messages.runs import Message
from include.autopilot.settings.config import NotifyConfig
from tests.support.onetask import result, run
from tests.support.secrets import FORMS, NAMED, seen_in
from tests.support.trainings import request


def test_logs_and_records_of_a_job(
    airflow_db: None, client: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    environment = {f"F{number}": value for number, (value, _) in enumerate(FORMS)} | {"PLAIN": "to-be-read"}
    tags = [{"Key": name, "Value": value} for name, value in NAMED.items()]
    with caplog.at_level(logging.INFO):
        ended = run(
            request("all-secrets", Environment=environment, Tags=tags), mask=masked, records="s3://submit/masked"
        )
    assert ended.state == "success"
    said = caplog.text + "".join(capfd.readouterr())
    assert seen_in(said) == []
    assert "to-be-read" in said
    s3 = boto3.client("s3", endpoint_url=client.meta.endpoint_url)
    for what in ("request", "description"):
        kept = s3.get_object(Bucket="submit", Key=f"masked/all-secrets.{what}.json")["Body"].read().decode()
        assert seen_in(kept) == []
        assert "to-be-read" in kept
    # What was sent is what was asked for.
    described = client.describe_training_job(TrainingJobName=result(ended)["name"])
    assert described["Environment"] == environment


@pytest.mark.parametrize("error", [JobFailed, NoCapacity])
def test_errors_of_a_job(error: type[Exception]) -> None:
    said = "\n".join(["The training job failed", *(value for value, _ in FORMS)])

    def fail() -> None:
        with masked_errors(masked):
            try:
                raise ValueError(said)
            except ValueError as cause:
                raise error(said) from cause

    with pytest.raises(error) as told:
        fail()
    assert seen_in("".join(traceback.format_exception(told.value))) == []
    assert "The training job failed" in str(told.value)


def test_refusals_of_a_task() -> None:
    def step() -> None:
        raise RunError(" ".join(f"row {number}: {value}" for number, (value, _) in enumerate(FORMS)))

    with pytest.raises(AirflowFailException) as told:
        flow(step)()
    # With its cause, as Airflow logs it; the line of this test holds no secret.
    assert seen_in("".join(traceback.format_exception(told.value))) == []


def test_messages_and_what_is_said_when_they_cannot_be_delivered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[Message] = []

    class Webhook:
        def notify(self, _: Any) -> None:
            raise ConnectionError("404, url='https://hooks.slack.com/services/T0/B0/aB3dE5gH7jaB3dE5gH7j'")

    def notifiers(_: Any, message: Message) -> list[Any]:
        sent.append(message)
        return [Webhook()]

    monkeypatch.setattr(notifications, "_notifiers", notifiers)
    with caplog.at_level(logging.INFO):
        notifications.send(
            NotifyConfig(webhook_conn_id="c"), Message("failed: DB_PWD=hunter2-secret", "\n".join(f for f, _ in FORMS))
        )
    (message,) = sent
    assert seen_in(message.text + caplog.text) == []
    assert "hunter2" not in message.subject + caplog.text
    assert (
        "Webhook could not deliver: failed: DB_PWD=***: ConnectionError: 404, url='https://hooks.slack.com/***'"
        in caplog.text
    )


def test_without_a_function_of_ones_own_airflows_masker_decides() -> None:
    deep: Any = {"password": "hunter2", "rounds": "3"}
    for _ in range(12):
        deep = {"a": [deep]}
    shown = str(airflow_mask(deep))
    assert "hunter2" not in shown
    assert "'rounds': '3'" in shown


def test_what_airflow_shows_of_a_rendered_config_has_no_secret_of_ours() -> None:
    from airflow.sdk.log import redact  # type: ignore[attr-defined]

    environment = {"PLAIN": "{{ address }}", "STRIPE_KEY": "rendered-w0rd-2", "rounds": "a plain text"}
    config = {"TrainingJobName": "rendered", "Environment": environment}
    operator = AutopilotTrainingOperator(task_id="rendered", config=config, mask=masked)
    operator.render_template_fields({"address": "postgres://me:rendered-w0rd-1@host/db"})
    assert operator.config["Environment"]["PLAIN"] == "postgres://me:rendered-w0rd-1@host/db"
    shown = redact(operator.config, "config")["Environment"]
    assert shown == {"PLAIN": "***", "STRIPE_KEY": "***", "rounds": "a plain text"}
