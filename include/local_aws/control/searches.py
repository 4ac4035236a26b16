"""AutoML searches: one thread each, which creates its jobs through the same calls a client would make."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from include.local_aws.control.kinds import AUTOML
from include.local_aws.runner.s3 import S3Access
from include.local_aws.store import Resource, Store, now

Json = dict[str, Any]
Caller = Callable[[str, str, Json, Mapping[str, Any] | None], Json]


class Searches:
    """Starts and stops searches. ``call(region, operation, request, computed)`` is the control plane's own."""

    def __init__(self, store: Store, s3: S3Access, call: Caller) -> None:
        self._store = store
        self._s3 = s3
        self._call = call
        self._shutdown = threading.Event()
        self._lock = threading.Lock()
        self._stops: dict[str, threading.Event] = {}

    def check(self, region: str, request: Json) -> None:
        """Raise the AwsError of what is refused at Create, a header without the target included."""
        from include.local_aws import search

        search.check(request, self._s3.client(region))

    def start(self, resource: Resource, request: Json) -> None:
        """Run the search of an AutoML job that was just created; ``request`` is V1-shaped."""
        stop = threading.Event()
        with self._lock:
            self._stops[resource.arn] = stop
        progress = Progress(self._store, resource, lambda: stop.is_set() or self._shutdown.is_set())
        threading.Thread(target=self._run, args=(resource, request, progress), name=resource.name, daemon=True).start()

    def stop(self, arn: str) -> None:
        """Ask a running search to stop."""
        with self._lock:
            stop = self._stops.get(arn)
        if stop:
            stop.set()

    def shutdown(self) -> None:
        """Let all searches end; what they do from now on is not recorded."""
        self._shutdown.set()

    def _run(self, resource: Resource, request: Json, progress: Progress) -> None:
        from include.local_aws import search

        try:
            search.run_search(request, Api(resource.region, self._call), self._s3.client(resource.region), progress)
            status, reason = ("Stopped" if progress.stopping() else "Completed"), None
        except search.SearchFailed as failure:
            status, reason = "Failed", str(failure)[:1024]
        except Exception:  # noqa: BLE001 - a defect must end the job and be seen, not leave it InProgress for ever
            if self._shutdown.is_set():
                return
            traceback.print_exc(file=sys.stderr)
            status, reason = "Failed", "InternalServerError: We encountered an internal error. Please try again."
        if not self._shutdown.is_set():
            progress.end(status, reason)
        with self._lock:
            self._stops.pop(resource.arn, None)


class Api:
    """SageMaker as a search sees it: calls with the same checks and effects as over HTTP."""

    def __init__(self, region: str, call: Caller) -> None:
        self._region = region
        self._call = call

    def call(self, operation: str, request: Json, computed: Json | None = None) -> Json:
        """Call an operation; ``computed`` are further Describe members of what it creates.

        Raises :class:`~include.local_aws.errors.AwsError` as the operation does.
        """
        return self._call(self._region, operation, request, computed)


class Progress:
    """What a search tells about itself while it runs."""

    def __init__(self, store: Store, resource: Resource, stopping: Callable[[], bool]) -> None:
        self._store = store
        self._resource = resource
        self._stopping = stopping

    def secondary(self, status: str) -> None:
        """Set AutoMLJobSecondaryStatus; a job that is stopping stays Stopping."""
        self._change(
            lambda found: found.with_(AutoMLJobSecondaryStatus=status) if found.status == "InProgress" else None
        )

    def update(self, **describe_members: Any) -> None:
        """Set members of DescribeAutoMLJob, e.g. ``AutoMLJobArtifacts`` or ``ResolvedAttributes`` (V1-shaped)."""
        self._change(lambda found: found.with_(**describe_members))

    def candidate(self, candidate: Json) -> None:
        """Add a candidate, or replace the one of the same CandidateName."""
        self._store.put_candidate(self._resource.arn, candidate)

    def best(self, candidate_name: str) -> None:
        """Name the candidate that is the best so far."""
        self._change(lambda found: found.with_(_Best=candidate_name))

    def stopping(self) -> bool:
        """Whether the search should stop its own jobs and return."""
        return self._stopping()

    def end(self, status: str, reason: str | None) -> None:
        """Set the final status."""
        ended = now()
        self._change(
            lambda found: replace(
                found.with_(AutoMLJobSecondaryStatus=status, FailureReason=reason, EndTime=ended), status=status
            )
        )

    def _change(self, step: Callable[[Resource], Resource | None]) -> None:
        self._store.change(self._resource.region, AUTOML.members, self._resource.name, step)
