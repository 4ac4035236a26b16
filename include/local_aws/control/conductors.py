"""Threads of the jobs that make other jobs, one each: AutoML searches and hyperparameter tuning jobs."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from include.local_aws.store import Resource

Json = dict[str, Any]
Caller = Callable[[str, str, Json, Mapping[str, Any] | None], Json]
Stopping = Callable[[], bool]


class End(NamedTuple):
    """How a job ended; the secondary status of an AutoML job is the status unless told."""

    status: str
    reason: str | None = None
    secondary: str | None = None


class Conductors:
    """Starts and stops such threads."""

    def __init__(self) -> None:
        self._shutdown = threading.Event()
        self._lock = threading.Lock()
        self._stops: dict[str, threading.Event] = {}

    def start(self, resource: Resource, run: Callable[[Stopping], End], end: Callable[[End], None]) -> None:
        """Run the job of a resource that was just created.

        :param run: makes its jobs and returns how it ended, soon after what it is given answers True.
        :param end: records the end; not called when the endpoint itself is stopped.
        """
        stop = threading.Event()
        with self._lock:
            self._stops[resource.arn] = stop
        threading.Thread(target=self._run, args=(resource, stop, run, end), name=resource.name, daemon=True).start()

    def stop(self, arn: str) -> None:
        """Ask a running job to stop."""
        with self._lock:
            stop = self._stops.get(arn)
        if stop:
            stop.set()

    def shutdown(self) -> None:
        """Let all threads end; what they do from now on is not recorded."""
        self._shutdown.set()

    def _run(
        self,
        resource: Resource,
        stop: threading.Event,
        run: Callable[[Stopping], End],
        end: Callable[[End], None],
    ) -> None:
        try:
            ended = run(lambda: stop.is_set() or self._shutdown.is_set())
        except Exception:  # noqa: BLE001 - a defect must end the job and be seen, not leave it InProgress for ever
            if self._shutdown.is_set():
                return
            traceback.print_exc(file=sys.stderr)
            ended = End("Failed", "InternalServerError: We encountered an internal error. Please try again.")
        if not self._shutdown.is_set():
            end(ended)
        with self._lock:
            self._stops.pop(resource.arn, None)


class Api:
    """SageMaker as such a job sees it: calls with the same checks and effects as over HTTP."""

    def __init__(self, region: str, call: Caller) -> None:
        self._region = region
        self._call = call

    def call(self, operation: str, request: Json, computed: Json | None = None) -> Json:
        """Call an operation; ``computed`` are further Describe members of what it creates.

        Raises :class:`~include.local_aws.errors.AwsError` as the operation does.
        """
        return self._call(self._region, operation, request, computed)
