"""Watches the queue that S3 tells of new objects under ``drops/``, and tells Airflow of new drops.

An event per drop, not per file: a drop is told once nothing has come for it for a while. Messages are deleted after the
event has had time to reach Airflow's database, so a triggerer that dies tells again; what was told is remembered in S3,
so that nothing is told twice. boto3 in a thread; trouble with AWS slows the watch down and never ends it.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async

from airflow_autopilot.dropqueue import DropQueue
from airflow_sagemaker_once.clients import CONNECTION, connect

# Long enough for an event's way into the database, which the triggerer writes to every second.
GRACE_SECONDS = 5.0
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 120.0
_JITTER = 0.2
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watched:
    """What a triggerer needs to know.

    :param model: the model's name.
    :param root: the model's folder in S3.
    :param queue_url: the SQS queue; read by this trigger alone.
    :param settle_seconds: how long nothing must have come for a drop before it is told.
    :param aws_conn_id: Airflow's connection to AWS.
    """

    model: str
    root: str
    queue_url: str
    settle_seconds: float = 20.0
    aws_conn_id: str | None = CONNECTION


class DropTrigger(BaseEventTrigger):
    """Fires for every new drop, for ever. Takes the members of :class:`Watched` as keyword arguments."""

    def __init__(self, **watched: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.watched = Watched(**watched)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Give what another triggerer needs to go on."""
        return f"{type(self).__module__}.{type(self).__qualname__}", asdict(self.watched)

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Read the queue and fire."""
        pause, queue = SHORTEST_PAUSE_SECONDS, None
        while True:
            try:
                # Airflow reads a connection over a line that, before 3.3, knows the loop's own thread only.
                queue = queue or await sync_to_async(self._open)()
                await asyncio.to_thread(queue.read, time.monotonic)
                for day in queue.settled(time.monotonic()):
                    if extra := await asyncio.to_thread(queue.news, day):
                        log.info("a new drop: %s", extra)
                        yield TriggerEvent(extra)  # type: ignore[no-untyped-call]
                        await asyncio.sleep(GRACE_SECONDS)
                    await asyncio.to_thread(queue.finish, day)
                pause = SHORTEST_PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - a watch that has ended would be noticed by nobody
                log.warning("%s cannot be read (%s); again in %.0f s", self.watched.queue_url, error, pause)
                # What had been read comes again once its visibility timeout has passed.
                queue = None
                await asyncio.sleep(pause * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - no secret
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    def _open(self) -> DropQueue:
        watched = self.watched
        sqs, s3 = (connect(watched.aws_conn_id, None, service) for service in ("sqs", "s3"))
        return DropQueue(sqs, s3, watched.model, watched.root, watched.queue_url, watched.settle_seconds)
