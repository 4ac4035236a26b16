"""New drops through a real bucket, a real queue and the trigger's own loop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from airflow_autopilot import dropqueue, droptrigger
from airflow_autopilot.droptrigger import DropTrigger
from tests.support.faulty import CONNECTION, Faulty

# Long enough for files that are all there before the trigger looks; a drop that is still arriving needs longer.
SETTLE, SETTLE_ARRIVING = 0.3, 1.5
PATIENCE = 60.0


@dataclass
class Watchable:
    """A model's bucket that tells a queue of new objects."""

    s3: Any
    sqs: Any
    bucket: str
    queue: str

    def put(self, key: str, body: bytes = b"id,y\n1,2\n") -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"m/{key}", Body=body)

    def trigger(self, settle: float = SETTLE) -> DropTrigger:
        return DropTrigger(
            model="m",
            root=f"s3://{self.bucket}/m",
            queue_url=self.queue,
            settle_seconds=settle,
            aws_conn_id=CONNECTION,
        )

    def messages(self) -> int:
        """How many messages are in the queue, being read or not."""
        counts = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["All"])["Attributes"]
        return int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesNotVisible"])


@pytest.fixture
def place(faulty: Faulty, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watchable]:
    # Each time a trigger is ended, the test waits for the poll that is under way.
    monkeypatch.setattr(dropqueue, "LONG_POLL_SECONDS", 1)
    monkeypatch.setattr(droptrigger, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(droptrigger, "SHORTEST_PAUSE_SECONDS", 0.2)
    endpoint = faulty.client.meta.endpoint_url
    s3, sqs = (boto3.client(name, endpoint_url=endpoint) for name in ("s3", "sqs"))
    name = request.node.name.replace("_", "-")[5:60].strip("-")
    s3.create_bucket(Bucket=name)
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    setting = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"QueueConfigurations": [setting]})
    yield Watchable(s3, sqs, name, queue)
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={})
    sqs.delete_queue(QueueUrl=queue)


def heard(trigger: DropTrigger, count: int, act: Callable[[], object] = lambda: None) -> list[dict[str, Any]]:
    """Let the trigger run, do something meanwhile; gives the payloads of its events.

    :param count: so many events are waited for; a moment longer shows that no more come.
    """
    events: list[dict[str, Any]] = []

    async def listen() -> None:
        async for event in trigger.run():
            events.append(event.payload)  # noqa: PERF401 - what came before the end counts

    async def run() -> None:
        listening = asyncio.create_task(listen())
        await asyncio.to_thread(act)
        deadline = time.monotonic() + PATIENCE
        while len(events) < count and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        await asyncio.sleep(3 * trigger.watched.settle_seconds)
        assert not listening.done(), listening.exception()
        listening.cancel()

    asyncio.run(run())
    return events


def emptied(place: Watchable) -> None:
    """The trigger's last act on a message is to delete it."""
    assert heard(place.trigger(), 0, lambda: _until(lambda: place.messages() == 0)) == []


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_several_files_of_one_drop_are_one_event(place: Watchable) -> None:
    def deliver() -> None:
        for number in range(4):
            place.put(f"drops/2024-03-01/{number}.csv")
            time.sleep(0.3)

    events = heard(place.trigger(SETTLE_ARRIVING), 1, deliver)
    folder = f"s3://{place.bucket}/m/drops/2024-03-01/"
    assert events == [{"date": "2024-03-01", "uri": folder, "model": "m", "files": 4}]
    assert json.dumps(events)
    emptied(place)


def test_a_message_that_comes_twice_tells_nothing_new(place: Watchable) -> None:
    place.put("drops/2024-03-01/a.csv")
    assert len(heard(place.trigger(), 1)) == 1
    # The same object, told once more by S3, to a triggerer that knows nothing of the first time.
    place.put("drops/2024-03-01/a.csv")
    emptied(place)


def test_a_file_more_is_another_event(place: Watchable) -> None:
    place.put("drops/2024-03-01/a.csv")
    place.put("drops/2024-02-01/a.csv")
    assert [event["date"] for event in heard(place.trigger(), 2)] == ["2024-02-01", "2024-03-01"]
    place.put("drops/2024-03-01/b.csv")
    assert [(event["date"], event["files"]) for event in heard(place.trigger(), 1)] == [("2024-03-01", 2)]


def test_what_is_no_drop_is_cleared_away(place: Watchable) -> None:
    place.put("holdout/sealed.csv")
    place.put("drops/2024-03-01/_SUCCESS")
    place.sqs.send_message(QueueUrl=place.queue, MessageBody="noise")
    emptied(place)


def test_throttling_never_ends_the_watch(place: Watchable, faulty: Faulty) -> None:
    rules = [{"fault": "throttle", "operation": f"{service}.*", "percent": 40, "seed": 3} for service in ("sqs", "s3")]
    place.put("drops/2024-03-01/a.csv")
    faulty.faults.set(rules)
    events = heard(place.trigger(), 1)
    faulty.faults.clear()
    assert [event["date"] for event in events] == ["2024-03-01"]


def test_a_queue_that_appears_later_is_found(place: Watchable, caplog: pytest.LogCaptureFixture) -> None:
    gone = place.queue
    place.sqs.delete_queue(QueueUrl=gone)

    def make_it() -> None:
        _until(lambda: "cannot be read" in caplog.text)
        assert place.sqs.create_queue(QueueName=place.bucket)["QueueUrl"] == gone
        place.put("drops/2024-03-01/a.csv")

    with caplog.at_level("WARNING", logger=droptrigger.__name__):
        assert len(heard(place.trigger(), 1, make_it)) == 1


def test_a_triggerer_that_dies_before_the_deletion_tells_again(
    place: Watchable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropqueue, "INVISIBLE_BEYOND_SETTLING_SECONDS", 2)
    monkeypatch.setattr(droptrigger, "GRACE_SECONDS", 60.0)
    place.put("drops/2024-03-01/a.csv")
    assert len(heard(place.trigger(), 1)) == 1
    monkeypatch.setattr(droptrigger, "GRACE_SECONDS", 0.2)
    assert len(heard(place.trigger(), 1)) == 1
    emptied(place)


def test_another_triggerer_can_go_on(place: Watchable) -> None:
    path, kwargs = place.trigger().serialize()
    assert path == "airflow_autopilot.droptrigger.DropTrigger"
    assert DropTrigger(**json.loads(json.dumps(kwargs))).watched == place.trigger().watched
