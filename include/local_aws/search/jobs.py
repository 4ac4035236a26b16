"""Runs the jobs of a search: create, wait, and stop when the user or the clock says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from include.local_aws.errors import AwsError
from include.local_aws.search.interface import Api, Json, Progress, SearchFailed
from include.local_aws.search.settings import Settings

_POLL_SECONDS = 0.05
ENDED = frozenset({"Completed", "Failed", "Stopped"})
# What becomes of jobs that were stopped; the endpoint gives containers this long, and some more to upload.
_STOP_SECONDS = 60


class SearchStopped(Exception):
    """The user stopped the AutoML job."""


class OutOfTime(Exception):
    """MaxAutoMLJobRuntimeInSeconds is over."""


@dataclass(frozen=True)
class Job:
    """A job of a known kind (`TrainingJob`, `TransformJob`, `ProcessingJob`, `HyperParameterTuningJob`)."""

    kind: str
    name: str


@dataclass
class Jobs:
    """The jobs of one search, created in its name."""

    api: Api
    progress: Progress
    settings: Settings
    started: float = field(default_factory=time.monotonic)
    running: list[Job] = field(default_factory=list)
    out_of_time: bool = False

    def start(self, kind: str, request: Json, **told: Any) -> Job:
        """Create a job.

        :param told: what only a tuning job is told; its children belong to the AutoML job.
        :raises SearchFailed: the request is refused.
        """
        self._check_clock()
        try:
            mark = {"AutoMLJobArn": self.settings.arn}
            self.api.call(f"Create{kind}", request, {**told, "_Children": mark} if told else mark)
        except AwsError as error:
            raise SearchFailed(f"Could not create the {kind} {request[f'{kind}Name']}: {error}") from error
        job = Job(kind, request[f"{kind}Name"])
        self.running.append(job)
        return job

    def create_model(self, request: Json) -> None:
        """Create a model.

        :raises SearchFailed: the request is refused.
        """
        try:
            self.api.call("CreateModel", request)
        except AwsError as error:
            raise SearchFailed(f"Could not create the model {request['ModelName']}: {error}") from error

    def wait(self, *jobs: Job, watch: Callable[[], object] = lambda: None, poll: float = _POLL_SECONDS) -> list[Json]:
        """Wait until all of the jobs have ended, calling ``watch`` every ``poll`` seconds; return their descriptions.

        :raises SearchStopped: the user stopped the search.
        :raises OutOfTime: the search's time is over.
        """
        ended: dict[str, Json] = {}
        while len(ended) < len(jobs):
            self._check_clock()
            watch()
            for job in jobs:
                if job.name not in ended:
                    described = self.describe(job)
                    if described[f"{job.kind}Status"] in ENDED:
                        ended[job.name] = described
                        self.running.remove(job)
            if len(ended) < len(jobs):
                time.sleep(poll)
        return [ended[job.name] for job in jobs]

    def describe(self, job: Job) -> Json:
        """Describe a job."""
        return self.api.call(f"Describe{job.kind}", {f"{job.kind}Name": job.name})

    def stop_all(self) -> None:
        """Stop what still runs and wait for it to end."""
        deadline = time.monotonic() + _STOP_SECONDS
        left = list(self.running)
        for job in left:
            try:
                self.api.call(f"Stop{job.kind}", {f"{job.kind}Name": job.name})
            except AwsError:
                continue  # it ended in the meantime
        while left and time.monotonic() < deadline:
            left = [job for job in left if self.describe(job)[f"{job.kind}Status"] not in ENDED]
            time.sleep(_POLL_SECONDS)
        self.running.clear()

    def _check_clock(self) -> None:
        if self.progress.stopping():
            raise SearchStopped
        limit = self.settings.max_seconds
        if limit is not None and time.monotonic() - self.started > limit:
            self.out_of_time = True
            raise OutOfTime
