"""Waiting for many jobs with few calls: one poller per process, connection and region.

Looking at each job by itself costs one call per job and tick, and the account's limit is shared by everybody. So all
waits for one kind of job share a List of the jobs made since the oldest of them, one call for up to 100, which tells
who has ended; only a job that is not on it is described, and each job where IAM denies the List. Trouble on the way to
AWS slows the poller down; it never ends a wait.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from os.path import commonprefix
from typing import Any

from asgiref.sync import sync_to_async

from airflow_sagemaker_once.denied import is_denied
from airflow_sagemaker_once.expectation import Expectations
from airflow_sagemaker_once.kinds import LIVE, JobKind

SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 30.0
THROTTLED_SECONDS = 120.0
PAGE = 100
_JITTER = 0.2
_AGE_SHARE = 10  # while nobody knows how long such a job takes: look once per tenth of its age
_SHARING = 16
_CLOCK_MARGIN = timedelta(minutes=5)  # how far this machine's clock may be from AWS's
_TRANSIENT = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "InternalFailure",
        "InternalServerError",
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
    }
)
log = logging.getLogger(__name__)


def pause_seconds(age: float, expected_seconds: float | None, waiting: int) -> float:
    """Give how long the next look can wait: not long near the expected end, long when far from it.

    A look costs one call however many wait, so the more wait, the shorter the longest pause: with n of them, up to 16,
    each pays 1/√n of the calls that it would make alone, and its end is noticed √n times sooner. More save calls only.

    :param age: seconds since the job was made.
    :param expected_seconds: how long such a job took before; None if nobody knows.
    :param waiting: how many jobs share the look.
    """
    unknown = min(age / _AGE_SHARE, LONGEST_SECONDS / math.sqrt(min(max(1, waiting), _SHARING)))
    if expected_seconds is None:
        wished = unknown
    elif age < expected_seconds:
        wished = (expected_seconds - age) / 2
    else:
        wished = min(unknown, (age - expected_seconds) / 2)
    return min(LONGEST_SECONDS, max(SHORTEST_SECONDS, wished))


@dataclass(eq=False)
class Watch:
    """One waiting task.

    :param began: when the job was made, on the clock of :func:`time.monotonic`.
    :param ended: its result is the status that the job ended with.
    :param due: when the next look is worth a call, on the same clock.
    :param woken: something said that the job changed.
    """

    kind: JobKind
    name: str
    began: float
    ended: asyncio.Future[str] = field(repr=False)
    due: float = 0.0
    woken: bool = False

    def look_again(self, now: float, pause: float) -> None:
        """Set the next look; jitter keeps many pollers from asking in step."""
        self.due = now + pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret

    def tell(self, status: str) -> None:
        """End the wait if that is how a job ends."""
        if status not in LIVE and not self.ended.done():
            self.ended.set_result(status)

    def fail(self, error: Exception) -> None:
        """End the wait with an error that waiting cannot mend."""
        if not self.ended.done():
            self.ended.set_exception(error)


class Poller:
    """Looks at SageMaker for everybody who waits.

    :param connect: gives a boto3 SageMaker client; called again after trouble.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._client: Any = None
        self._watches: set[Watch] = set()
        self._expectations = Expectations()
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._slowness = 1.0
        self._unlistable: set[JobKind] = set()

    async def ended(self, kind: JobKind, name: str, age: float) -> str:
        """Wait until the job is neither InProgress nor Stopping and give the status it then has.

        :param age: seconds since the job was made.
        """
        now = time.monotonic()
        watch = Watch(kind, name, now - age, asyncio.get_running_loop().create_future())
        self._watches.add(watch)
        # The first look is early: a job may be long done when a trigger is moved, and a broken one fails at once.
        watch.look_again(now, SHORTEST_SECONDS * self._slowness)
        self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            return await watch.ended
        finally:
            self._watches.discard(watch)

    def wake(self, name: str) -> None:
        """Look at one job now: something said that it changed. Whether it did, Describe decides."""
        for watch in self._watches:
            if watch.name == name:
                watch.woken = True
                self._changed.set()

    async def _run(self) -> None:
        while self._watches:
            self._changed.clear()
            await self._guarded(self._describe, self._woken())
            now = time.monotonic()
            for kind in {watch.kind for watch in self._watches if watch.due <= now}:
                await self._look([watch for watch in self._watches if watch.kind is kind])
            self._watches = {watch for watch in self._watches if not watch.ended.done()}
            pause = min((watch.due for watch in self._watches), default=0.0) - time.monotonic()
            if pause > 0:
                try:
                    await asyncio.wait_for(self._changed.wait(), pause)
                except TimeoutError:
                    continue

    def _woken(self) -> list[Watch]:
        woken = [watch for watch in self._watches if watch.woken]
        for watch in woken:
            watch.woken = False  # before asking: whatever happens from now on wakes it again
        return woken

    async def _look(self, watches: list[Watch]) -> None:
        await self._guarded(self._list, watches)
        now = time.monotonic()
        waiting = [watch for watch in watches if not watch.ended.done()]
        for watch in waiting:
            expected = self._expectations.known(watch.kind, watch.name)
            pause = pause_seconds(now - watch.began, expected, len(waiting))
            watch.look_again(now, pause * self._slowness)

    async def _guarded(
        self, ask: Callable[[Any, list[Watch]], dict[Watch, str | Exception]], watches: list[Watch]
    ) -> None:
        """Ask in a thread, since boto3 blocks, and pass on what was found; trouble slows the poller down instead."""
        if not watches:
            return
        try:
            if self._client is None:
                # Not asyncio.to_thread: before 3.3, Airflow reads a connection over a line that knows this loop only.
                self._client = await sync_to_async(self._connect)()
            found = await asyncio.to_thread(ask, self._client, watches)
            self._slowness = max(1.0, self._slowness / 2)
        except Exception as error:  # noqa: BLE001 - sorted here; what is not transient goes to every waiting task
            self._trouble(error, watches)
            return
        for watch, told in found.items():
            watch.fail(told) if isinstance(told, Exception) else watch.tell(told)

    # ---- in a thread

    def _list(self, client: Any, watches: list[Watch]) -> dict[Watch, str | Exception]:
        """Find out what has become of the jobs of one kind; a job nobody lists is described."""
        kind = watches[0].kind
        for watch in watches:
            self._expectations.learn(client, kind, watch.name)
        listed = {} if kind in self._unlistable else self._listed_if_allowed(client, kind, watches)
        found: dict[Watch, str | Exception] = {watch: listed[watch.name] for watch in watches if watch.name in listed}
        return found | self._describe(client, [watch for watch in watches if watch not in found])

    def _listed_if_allowed(self, client: Any, kind: JobKind, watches: list[Watch]) -> dict[str, str]:
        try:
            return self._listed(client, kind, watches)
        except Exception as error:
            if not is_denied(error):
                raise
            self._unlistable.add(kind)
            log.warning("each %s is described by itself from now on, since none can be listed: %s", kind.label, error)
            return {}

    def _listed(self, client: Any, kind: JobKind, watches: list[Watch]) -> dict[str, str]:
        """Give the status of as many of the jobs as a few List calls tell: one call for up to 100 jobs.

        Jobs of others that were made meanwhile can push ours off the page; those running are then listed by themselves.
        """
        names = {watch.name for watch in watches}
        oldest = max(time.monotonic() - watch.began for watch in watches)
        since = datetime.now(UTC) - timedelta(seconds=oldest) - _CLOCK_MARGIN
        query: dict[str, Any] = {"MaxResults": PAGE, "CreationTimeAfter": since}
        if shared := commonprefix(sorted(names)).rstrip("-"):
            query["NameContains"] = shared
        found: dict[str, str] = {}
        for narrower in ({}, {"StatusEquals": "InProgress"}):
            for page in islice(kind.pages(client, **query, **narrower), math.ceil(len(names) / PAGE)):
                found |= {job[kind.name_member]: kind.status(job) for job in page}
                if names <= found.keys() or len(page) < PAGE:
                    return found
        return found

    def _describe(self, client: Any, watches: Iterable[Watch]) -> dict[Watch, str | Exception]:
        """Give each job's status; an error that waiting cannot mend belongs to that job alone."""
        found: dict[Watch, str | Exception] = {}
        for watch in watches:
            try:
                found[watch] = watch.kind.status(watch.kind.describe(client, watch.name))
            except Exception as error:
                if is_transient(error):
                    raise
                found[watch] = error
        return found

    # ---- trouble

    def _trouble(self, error: Exception, watches: list[Watch]) -> None:
        if not is_transient(error):
            for watch in watches:
                watch.fail(error)
            return
        self._client = None  # a new client has new connections and new credentials
        self._slowness = min(THROTTLED_SECONDS / LONGEST_SECONDS, self._slowness * 2)
        log.warning("SageMaker could not be asked (%s); looking %.0f times more seldom", error, self._slowness)


def is_transient(error: Exception) -> bool:
    """Whether asking again later can help: throttling, a dropped connection, a token that can be renewed."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error.response["Error"]["Code"] in _TRANSIENT or status >= 500 or status == 429
    lasting = (exceptions.ParamValidationError, exceptions.NoCredentialsError, exceptions.NoRegionError)
    return isinstance(error, exceptions.BotoCoreError) and not isinstance(error, lasting)
