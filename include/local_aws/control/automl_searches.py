"""AutoML searches, which create their jobs through the same calls a client would make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from include.local_aws.control.conductors import Api, Caller, Conductors, End, Json, Stopping
from include.local_aws.control.kinds import AUTOML
from include.local_aws.runner.s3 import S3Access
from include.local_aws.store import Resource, Store, now


class Searches:
    """Starts and stops searches. ``call(region, operation, request, computed)`` is the control plane's own."""

    def __init__(self, store: Store, s3: S3Access, call: Caller, conductors: Conductors) -> None:
        self._store = store
        self._s3 = s3
        self._call = call
        self._conductors = conductors

    def check(self, region: str, request: Json, channels: str) -> None:
        """Raise the AwsError of what is refused at Create, a header without the target included."""
        from include.local_aws import search

        search.check(request, self._s3.client(region), channels)

    def start(self, resource: Resource, request: Json) -> None:
        """Run the search of an AutoML job that was just created; ``request`` is V1-shaped."""
        progress = Progress(self._store, resource)

        def run(stopping: Stopping) -> End:
            from include.local_aws import search

            progress.stopping = stopping
            try:
                s3 = self._s3.client(resource.region)
                secondary = search.run_search(request, Api(resource.region, self._call), s3, progress)
            except search.SearchFailed as failure:
                return End("Failed", str(failure)[:1024])
            return End("Stopped") if stopping() else End("Completed", None, secondary)

        self._conductors.start(resource, run, progress.end)

    def stop(self, arn: str) -> None:
        """Ask a running search to stop."""
        self._conductors.stop(arn)


class Progress:
    """What a search tells about itself while it runs; ``stopping`` is whether it should stop its jobs and return."""

    def __init__(self, store: Store, resource: Resource) -> None:
        self._store = store
        self._resource = resource
        self.stopping: Stopping = lambda: False

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

    def end(self, end: End) -> None:
        """Set the final status."""
        members = {
            "AutoMLJobSecondaryStatus": end.secondary or end.status,
            "FailureReason": end.reason,
            "EndTime": now(),
        }
        self._change(lambda found: replace(found.with_(**members), status=end.status))

    def _change(self, step: Callable[[Resource], Resource | None]) -> None:
        self._store.change(self._resource.region, AUTOML.members, self._resource.name, step)
