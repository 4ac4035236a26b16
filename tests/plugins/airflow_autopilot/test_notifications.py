"""Messages that really arrive: over the embedded SNS in a queue, over HTTP at a server of this test."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from airflow_autopilot.notifications import FailureNotifier, on_failure, send
from include.autopilot.messages.runs import Message
from include.autopilot.settings.config import NotifyConfig, load_models

MESSAGE = Message("A toy: new champion", "Better.\nReport: s3://a/report.html")


class Server(HTTPServer):
    """Keeps what is posted to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.posted: list[tuple[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = {"conn_type": "http", "host": f"http://127.0.0.1:{server.server_port}/services/s3cret"}
    monkeypatch.setenv("AIRFLOW_CONN_AUTOPILOT_WEBHOOK", json.dumps(address))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def topic(aws: str) -> Iterator[tuple[str, Any, str]]:
    sns, sqs = (boto3.client(service, endpoint_url=aws) for service in ("sns", "sqs"))
    arn = sns.create_topic(Name="told")["TopicArn"]
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    target = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=target)
    yield arn, sqs, queue
    sns.delete_topic(TopicArn=arn)
    sqs.delete_queue(QueueUrl=queue)


def received(topic: tuple[str, Any, str]) -> list[dict[str, str]]:
    _, sqs, queue = topic
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(one["Body"]) for one in found]


def test_everybody_is_told(topic: Any, webhook: Server) -> None:
    config = NotifyConfig(sns_topic_arn=topic[0], webhook_conn_id="autopilot_webhook")
    assert send(config, MESSAGE) == 2
    assert [(one["Subject"], one["Message"]) for one in received(topic)] == [(MESSAGE.subject, MESSAGE.text)]
    assert webhook.posted == [("/services/s3cret", {"text": f"{MESSAGE.subject}\n{MESSAGE.text}"})]


def test_what_cannot_be_delivered_fails_nothing(aws: str, webhook: Server, caplog: pytest.LogCaptureFixture) -> None:
    missing = "arn:aws:sns:us-east-1:123456789012:nobody"
    config = NotifyConfig(sns_topic_arn=missing, webhook_conn_id="autopilot_webhook")
    with caplog.at_level(logging.INFO):
        assert send(config, MESSAGE) == 1
    assert f"SnsNotifier could not deliver: {MESSAGE.subject}" in caplog.text
    assert len(webhook.posted) == 1


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"run_id": "r1", "reason": "timed_out"}, "Run r1 of toy_retrain failed (timed_out)."),
        ({"run_id": "r1", "ti": SimpleNamespace(task_id="train")}, "Run r1 of toy_retrain failed (task train)."),
    ],
)
def test_a_failure_is_told_with_what_airflow_knows(webhook: Server, context: Any, words: str) -> None:
    notifier = FailureNotifier("A toy", NotifyConfig(webhook_conn_id="autopilot_webhook"))
    notifier({"dag": SimpleNamespace(dag_id="toy_retrain"), **context})
    ((_, posted),) = webhook.posted
    assert words in posted["text"]
    assert "SYNTHETIC" not in posted["text"]


def test_a_failure_of_made_up_rows_says_so(webhook: Server) -> None:
    class Instance:
        task_id = "train"

        def xcom_pull(self, task_ids: str) -> Any:
            assert task_ids == "prepare"
            return {"plan": "s3://b/plan.json", "source": "SYNTHETIC stand-in"}

    notifier = FailureNotifier("A toy", NotifyConfig(webhook_conn_id="autopilot_webhook"))
    notifier.notify({"dag": SimpleNamespace(dag_id="d"), "run_id": "r", "ti": Instance()})  # type: ignore[typeddict-item]
    assert webhook.posted[0][1]["text"].startswith("SYNTHETIC data: A toy: d failed\nSYNTHETIC data: Run r")


def test_without_notify_nobody_is_told() -> None:
    model = load_models()[0]
    assert on_failure(replace(model, notify=None)) is None
    told = on_failure(replace(model, notify=NotifyConfig(webhook_conn_id="x")))
    assert isinstance(told, FailureNotifier)
