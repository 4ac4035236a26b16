"""Waiting for a job: in the triggerer, beside all others, on one shared poller; or in the worker with the same code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from airflow.triggers.base import BaseTrigger, TriggerEvent
from asgiref.sync import sync_to_async

from airflow_sagemaker_once.clients import connect
from airflow_sagemaker_once.kinds import BY_MEMBER
from airflow_sagemaker_once.poller import Poller
from airflow_sagemaker_once.stop import stop_and_confirm
from airflow_sagemaker_once.wakeup import listen


@dataclass(frozen=True)
class Waiting:
    """What is waited for; JSON values only, so that any triggerer can go on.

    :param member: the kind of job, e.g. ``TrainingJob``.
    :param name: the job's name.
    :param created: when it was made (ISO 8601).
    :param limit_seconds: how long after that the task gives up; None for never.
    :param action: how the task came by the job: ``created``, ``adopted`` or ``reused``.
    :param owned: whether the waiting task made the job; only then is it stopped when a person ends the task.
    :param queue_url: an SQS queue with SageMaker's events, if there is one.
    :param waited_seconds: how long the task had waited for capacity before it got this job.
    """

    member: str
    name: str
    created: str
    action: str
    limit_seconds: float | None = None
    owned: bool = False
    aws_conn_id: str | None = None
    region_name: str | None = None
    queue_url: str | None = None
    waited_seconds: float = 0.0

    def age(self) -> float:
        """Give the seconds since the job was made."""
        return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(self.created)).total_seconds())


# Per event loop, since a future belongs to its loop; a triggerer has one loop, so one poller per connection and region.
_pollers: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str | None, str | None], Poller]]
_pollers = WeakKeyDictionary()
_listeners: WeakKeyDictionary[asyncio.AbstractEventLoop, set[str]] = WeakKeyDictionary()


async def wait(waiting: Waiting) -> bool:
    """Wait until the job has ended, however it ended; False if its limit passed first."""
    age = waiting.age()
    left = None if waiting.limit_seconds is None else max(0.0, waiting.limit_seconds - age)
    poller = _poller(waiting)
    ended = poller.ended(BY_MEMBER[waiting.member], waiting.name, age)
    with suppress(TimeoutError):
        await asyncio.wait_for(ended, left)
        return True
    return False


def event_of(waiting: Waiting, ended: bool) -> dict[str, Any]:
    """Give what the operator needs to go on; all of it, so that nothing else has to survive the deferral."""
    kept = {member: getattr(waiting, member) for member in ("name", "action", "owned", "waited_seconds")}
    return {**kept, "ended": ended}


class JobTrigger(BaseTrigger):
    """Fires once the job has ended or its limit has passed; the operator looks and judges.

    Takes the members of :class:`Waiting` as keyword arguments.
    """

    def __init__(self, **waiting: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.waiting = Waiting(**waiting)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Give what another triggerer needs to go on."""
        return f"{type(self).__module__}.{type(self).__qualname__}", asdict(self.waiting)

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, then fire."""
        yield TriggerEvent(event_of(self.waiting, await wait(self.waiting)))  # type: ignore[no-untyped-call]

    async def on_kill(self) -> None:
        """Stop the job when a person marks the deferred task failed or successful or clears it (Airflow 3.3).

        Airflow calls this too when the trigger has moved to another triggerer; the task is still deferred then.
        """
        if self.waiting.owned and not await self._is_deferred():
            client = await sync_to_async(connect)(self.waiting.aws_conn_id, self.waiting.region_name)
            await asyncio.to_thread(stop_and_confirm, client, BY_MEMBER[self.waiting.member], self.waiting.name)

    async def _is_deferred(self) -> bool:
        from airflow.sdk.exceptions import AirflowRuntimeError
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

        instance = self.task_instance
        if instance is None:
            return False
        try:
            # Not asyncio.to_thread: the triggerer's line to its supervisor belongs to this event loop.
            states = await sync_to_async(RuntimeTaskInstance.get_task_states)(
                dag_id=instance.dag_id,
                task_ids=[instance.task_id],
                run_ids=[instance.run_id],
                map_index=instance.map_index,
            )
        except AirflowRuntimeError:
            return False  # nobody can tell; a job too few is mended by a retry, a job too many is paid for
        return "deferred" in states.get(instance.run_id, {}).values()


class PauseTrigger(BaseTrigger):
    """Fires after a pause, with what the operator had already waited.

    :param seconds: the pause.
    :param waited_seconds: what had been waited before and with the pause.
    """

    def __init__(self, seconds: float, waited_seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seconds, self.waited_seconds = seconds, waited_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Give what another triggerer needs; it begins the pause anew."""
        kwargs = {"seconds": self.seconds, "waited_seconds": self.waited_seconds}
        return f"{type(self).__module__}.{type(self).__qualname__}", kwargs

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Pause, then fire."""
        await asyncio.sleep(self.seconds)
        yield TriggerEvent({"waited_seconds": self.waited_seconds})  # type: ignore[no-untyped-call]


def _poller(waiting: Waiting) -> Poller:
    loop = asyncio.get_running_loop()
    place = (waiting.aws_conn_id, waiting.region_name)
    pollers = _pollers.setdefault(loop, {})
    poller = pollers.setdefault(place, Poller(partial(connect, *place)))
    listened = _listeners.setdefault(loop, set())
    if waiting.queue_url and waiting.queue_url not in listened:
        listened.add(waiting.queue_url)
        listen(waiting.queue_url, partial(connect, *place, "sqs"), poller)
    return poller
