"""One job while it runs: its place in the store, its folder, its log, and whether it should end."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.local_aws.logbook import Logbook
from include.local_aws.runner import processes
from include.local_aws.runner.failures import EndpointStopping, JobStopped
from include.local_aws.runner.output import Output
from include.local_aws.runner.transitions import transition
from include.local_aws.store import Resource, Store, now

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.local_aws.runner.s3 import S3Access

FOREVER = float("inf")
_PAUSE_SECONDS = 0.1
_SIGNAL_SECONDS = 2.0


class Job:
    """What the steps of a job share. ``job.request`` is the Create request; changes go to the store at once.

    ``folder`` says where its files lie, once it has some: hundreds may wait, and pathlib keeps every name.
    """

    def __init__(
        self,
        store: Store,
        resource: Resource,
        folder: Callable[[], Path],
        s3: S3Access,
        logbook: Logbook,
        shutdown: threading.Event,
    ) -> None:
        self._store = store
        self._logbook = logbook
        self._shutdown = shutdown
        self.stop_asked = threading.Event()
        self.resource = resource
        self.request: Mapping[str, Any] = resource.request
        self._folder = folder
        self.s3: S3Client = s3.client(resource.region)
        self._aws = s3.variables(resource.region)
        self.interrupt_after = FOREVER
        self._wait_until = _wait_until(resource)

    @cached_property
    def folder(self) -> Path:
        """Where the job's files lie."""
        return self._folder()

    # ---- the store

    def forget(self) -> None:
        """Keep nothing but the name while the job waits: hundreds may, and their descriptions are long."""
        self.resource = replace(self.resource, request={}, computed={})
        self.request = self.resource.request

    def recall(self) -> None:
        """Read again what :meth:`forget` let go."""
        found = self._store.get(self.resource.region, self.resource.kind, self.resource.name)
        self.resource = found or self.resource
        self.request = self.resource.request

    def change(self, step: Callable[[Resource], Resource | None]) -> bool:
        """Change the stored resource (see :meth:`Store.change`); answers whether ``step`` changed it."""
        changed = self._store.change(self.resource.region, self.resource.kind, self.resource.name, step)
        self.resource = changed or self.resource
        return changed is not None

    def phase(self, secondary: str, **computed: Any) -> None:
        """Enter the next phase; raises :class:`JobStopped` instead if Stop was called."""
        self.check()
        stopping = not self.change(
            lambda found: None if found.status == "Stopping" else transition(found, secondary, **computed)
        )
        if stopping:
            raise JobStopped

    def finish(self, status: str, secondary: str | None = None, **computed: Any) -> None:
        """Enter a final state; a job whose stop was asked too late to matter is Completed all the same."""
        self.change(
            lambda found: replace(transition(found, secondary or status, final=True, **computed), status=status)
        )

    def check(self) -> None:
        """Raise :class:`JobStopped` or :class:`EndpointStopping` if the job should not go on, its wait being over."""
        reason = self._ended_by()
        if reason == "shutdown":
            raise EndpointStopping
        if reason:
            raise JobStopped("Stopped" if reason == "stop" else "MaxWaitTimeExceeded")

    def pause(self, seconds: float) -> None:
        """Wait; raises as :meth:`check` does, as soon as it does."""
        until = time.monotonic() + seconds
        self.check()
        while (left := until - time.monotonic()) > 0:
            self.stop_asked.wait(min(left, _PAUSE_SECONDS))
            self.check()

    def start_over(self) -> None:
        """Forget the files of a start that came to nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.interrupt_after = FOREVER

    def _ended_by(self) -> str | None:
        if self._shutdown.is_set():
            return "shutdown"
        if self.stop_asked.is_set():
            return "stop"
        return "wait" if self._wait_until and now() > self._wait_until else None

    # ---- the process

    def execute(
        self,
        entry: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        stream: tuple[str, str],
        seconds: float = FOREVER,
        read_line: Callable[[str], None] = lambda _: None,
        log: str = "log.txt",
        others: Callable[[], str | None] = lambda: None,
    ) -> processes.Ended:
        """Run a container for at most ``seconds``, its output going to the log stream (group, name) and ``read_line``.

        ``log`` is the file of its output in the job's folder, one for each container that runs at a time; ``others``
        answers why what runs beside it should end it, or None.

        Raises :class:`EndpointStopping` if the endpoint went down meanwhile.
        """
        interrupt_at = time.monotonic() + self.interrupt_after
        output = Output(self.folder / log)

        def ship(*, whole: bool = False) -> None:
            self._ship(stream, output.new_lines(whole=whole), read_line)

        ended = processes.execute(
            entry,
            arguments,
            {**self._aws, **environment},
            output.path,
            deadline=time.monotonic() + seconds,
            ended_by=lambda: (
                self._ended_by() or others() or ("interrupt" if time.monotonic() >= interrupt_at else None)
            ),
            each_tick=ship,
        )
        ship(whole=True)
        if ended.ended_by == "shutdown" or self._ended_with_endpoint(ended):
            raise EndpointStopping
        return ended

    def _ended_with_endpoint(self, ended: processes.Ended) -> bool:
        """Whether a container ended, seemingly by itself, by what is ending the endpoint.

        A signal to all processes of a machine or a group reaches the container, or the process it was forked from, a
        moment before this one notes it.
        """
        struck = ended.exit_code < 0 or ended.ended_by == processes.LOST
        return ended.by_itself and self._shutdown.wait(_SIGNAL_SECONDS if struck else 0)

    def _ship(self, stream: tuple[str, str], lines: Sequence[str], read_line: Callable[[str], None]) -> None:
        if not lines:
            return
        for line in lines:
            read_line(line)
        self._logbook.write(self.resource.region, *stream, lines)


def _wait_until(resource: Resource) -> datetime | None:
    """Return when a spot job's MaxWaitTimeInSeconds is over; a job on demand has none."""
    most = resource.request.get("StoppingCondition", {}).get("MaxWaitTimeInSeconds")
    return resource.created + timedelta(seconds=most) if most is not None else None
