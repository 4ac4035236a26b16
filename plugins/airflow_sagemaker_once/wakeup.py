"""Optional: SageMaker's state-change events wake the poller, so that an end is noticed at once.

An EventBridge rule for the source ``aws.sagemaker`` sends to an SQS queue. Events are repeated and may be lost or read
by another triggerer, so they only wake; Describe decides, and the poller goes on looking by itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async

from airflow_sagemaker_once.kinds import BY_MEMBER, LIVE
from airflow_sagemaker_once.poller import Poller

_LONG_POLL_SECONDS = 20
_PAUSE_AFTER_TROUBLE_SECONDS = 30
log = logging.getLogger(__name__)


def job_ended_in(body: str) -> str | None:
    """Give the name of the job that an EventBridge message says has ended; None for any other message."""
    try:
        detail = json.loads(body)["detail"]
        named = next(kind for kind in BY_MEMBER.values() if kind.name_member in detail)
        name = detail[named.name_member]
    except (ValueError, KeyError, TypeError, StopIteration):
        return None
    return None if named.status(detail) in LIVE else str(name)


def listen(queue_url: str, connect: Callable[[], Any], poller: Poller) -> None:
    """Read the queue, as long as the running loop lives, and wake the poller for every job that ended.

    A thread of its own and a daemon: neither a loop nor a process that ends should wait for a long poll.
    """
    loop = asyncio.get_running_loop()

    def wake(name: str) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(poller.wake, name)

    def connect_there() -> Any:
        # Airflow reads a connection over a line that, before 3.3, knows the loop only.
        return asyncio.run_coroutine_threadsafe(sync_to_async(connect)(), loop).result()

    arguments = (queue_url, connect_there, wake, loop.is_closed)
    threading.Thread(target=_read, args=arguments, name="sagemaker-events", daemon=True).start()


def _read(queue_url: str, connect: Callable[[], Any], wake: Callable[[str], None], over: Callable[[], bool]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    client: Any = None
    while not over():
        try:
            client = client or connect()
            for body in _receive(client, queue_url):
                if name := job_ended_in(body):
                    wake(name)
        except (BotoCoreError, ClientError) as error:
            log.warning("the queue %s cannot be read (%s); the poller goes on without it", queue_url, error)
            client = None
            time.sleep(_PAUSE_AFTER_TROUBLE_SECONDS)


def _receive(client: Any, queue_url: str) -> list[str]:
    got = client.receive_message(QueueUrl=queue_url, WaitTimeSeconds=_LONG_POLL_SECONDS, MaxNumberOfMessages=10)
    messages = got.get("Messages", [])
    for message in messages:
        client.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]
