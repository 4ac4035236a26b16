"""SageMaker's events wake the poller: through a real SQS queue of the embedded AWS."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import boto3
import pytest

from airflow_sagemaker_once import kinds, poller, wakeup
from airflow_sagemaker_once.poller import Poller
from airflow_sagemaker_once.trigger import Waiting, wait
from airflow_sagemaker_once.wakeup import job_ended_in
from tests.support.faulty import CONNECTION, Faulty
from tests.support.trainings import request


def event(name: str, status: str) -> str:
    """An EventBridge message, cut to the members that matter; more come in a real one."""
    return json.dumps(
        {
            "version": "0",
            "id": "844e2571-85d4-695f-b930-0153b71dcb42",
            "detail-type": "SageMaker Training Job State Change",
            "source": "aws.sagemaker",
            "account": "123456789012",
            "time": "2024-01-01T00:00:00Z",
            "region": "us-east-1",
            "resources": [f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}"],
            "detail": {
                "TrainingJobName": name,
                "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
                "TrainingJobStatus": status,
                "SecondaryStatus": status,
            },
        }
    )


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_an_end_names_the_job(status: str) -> None:
    assert job_ended_in(event("j", status)) == "j"


@pytest.mark.parametrize(
    "body",
    [
        event("j", "InProgress"),
        event("j", "Stopping"),
        "no json",
        "[]",
        "null",
        '{"detail": null}',
        '{"detail": {"bucket": "b"}}',
        '{"Message": "sns"}',
    ],
)
def test_everything_else_names_nobody(body: str) -> None:
    assert job_ended_in(body) is None


def test_a_message_wakes_the_poller_long_before_its_next_look(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "SHORTEST_SECONDS", 60.0)
    monkeypatch.setattr(poller, "LONGEST_SECONDS", 60.0)
    sqs = boto3.client("sqs", endpoint_url=faulty.client.meta.endpoint_url)
    queue = sqs.create_queue(QueueName="sagemaker-events")["QueueUrl"]
    faulty.client.create_training_job(**request("woken"))
    created = faulty.client.describe_training_job(TrainingJobName="woken")["CreationTime"]
    waiting = Waiting("TrainingJob", "woken", created.isoformat(), "created", aws_conn_id=CONNECTION, queue_url=queue)

    def tell_when_it_has_ended() -> None:
        while faulty.client.describe_training_job(TrainingJobName="woken")["TrainingJobStatus"] == "InProgress":
            time.sleep(0.1)
        for message in ("noise", event("another", "Completed"), event("woken", "Completed")):
            sqs.send_message(QueueUrl=queue, MessageBody=message)

    threading.Thread(target=tell_when_it_has_ended).start()
    began = time.monotonic()
    assert asyncio.run(wait(waiting)) is True
    assert time.monotonic() - began < 30
    assert (
        int(
            sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"][
                "ApproximateNumberOfMessages"
            ]
        )
        == 0
    )


def test_an_early_message_ends_nothing(faulty: Faulty) -> None:
    faulty.faults.set([{"fault": "slow_start", "seconds": 600}])
    faulty.client.create_training_job(**request("woken-early"))

    async def woken() -> bool:
        shared = Poller(lambda: faulty.client)
        waits = asyncio.create_task(shared.ended(kinds.TRAINING, "woken-early", 0.0))
        await asyncio.sleep(0.1)
        shared.wake("woken-early")
        await asyncio.sleep(1.5)
        over = waits.done()
        waits.cancel()
        return over

    assert asyncio.run(woken()) is False
    faulty.client.stop_training_job(TrainingJobName="woken-early")


def test_a_queue_that_cannot_be_read_does_not_keep_the_poller_from_looking(
    faulty: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.client.create_training_job(**request("no-queue"))
    created = faulty.client.describe_training_job(TrainingJobName="no-queue")["CreationTime"]
    nowhere = f"{faulty.client.meta.endpoint_url}/123456789012/no-such-queue"
    waiting = Waiting(
        "TrainingJob", "no-queue", created.isoformat(), "created", aws_conn_id=CONNECTION, queue_url=nowhere
    )
    with caplog.at_level("WARNING", logger=wakeup.__name__):
        assert asyncio.run(wait(waiting)) is True
    assert "the poller goes on without it" in caplog.text
