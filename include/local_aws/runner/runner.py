"""Takes jobs, runs at most two at a time, each in a thread and a process of its own, and records how they end."""

from __future__ import annotations

import itertools
import shutil
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from include.local_aws.faults.book import RuleBook
from include.local_aws.faults.jobs import Fate, fate_of
from include.local_aws.folders import inside
from include.local_aws.logbook import Logbook
from include.local_aws.runner import processes, processing, training, transform
from include.local_aws.runner.failures import EndpointStopping, JobFailed, JobInterrupted, JobStopped
from include.local_aws.runner.job import Job
from include.local_aws.runner.s3 import S3Access
from include.local_aws.runner.slots import Slots
from include.local_aws.store import Resource, Store

CONCURRENT_JOBS = 2
# Importing the libraries of the jobs takes two seconds of a core, which the first requests need more.
_WARM_UP_SECONDS = 1.0
# What ends the endpoint may break a job's thread first: a job is not started while what it is forked from dies.
_STRUCK_SECONDS = 2.0


class _Kind(NamedTuple):
    run: Callable[[Job], None]
    times: Callable[[Job], dict[str, Any]]


_KINDS = {
    "TrainingJob": _Kind(training.run, training.times),
    "TransformJob": _Kind(transform.run, transform.times),
    "ProcessingJob": _Kind(processing.run, processing.times),
}


class Runner:
    """The job runner. ``folder`` holds one folder per running job, deleted when the job is done.

    ``book`` has the rules by which jobs are disturbed, in tests.
    """

    def __init__(self, store: Store, s3: S3Access, logbook: Logbook, folder: Path, book: RuleBook) -> None:
        self._store = store
        self._s3 = s3
        self._logbook = logbook
        self._folder = folder
        self._book = book
        self._slots = Slots(CONCURRENT_JOBS)
        self._shutdown = threading.Event()
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._threads: list[threading.Thread] = []
        shutil.rmtree(folder, ignore_errors=True)  # what a killed endpoint left behind

    def warm_up(self) -> None:
        """Get ready to start jobs fast, unless the endpoint is stopped again at once."""
        if not self._shutdown.wait(_WARM_UP_SECONDS):
            processes.warm_up()

    def submit(self, resource: Resource) -> None:
        """Run the job of a resource that was just created."""
        folder = partial(inside, self._folder, f"{resource.kind}/{resource.region}/{resource.name}")
        job = Job(self._store, resource, folder, self._s3, self._logbook, self._shutdown)
        fate = fate_of(self._book, resource)
        with self._lock:
            self._jobs[resource.arn] = job
        if fate.starting or fate.failure:  # in tests: it waits in a thread, for a time of its own
            self._begin(job, fate, held=False)
        else:
            job.forget()
            self._slots.ask(job.check, lambda refusal: self._turn(job, fate, refusal))

    def _turn(self, job: Job, fate: Fate, refusal: BaseException | None) -> None:
        """Start a job that has a place now, or end one that was stopped while it waited for its place."""
        job.recall()
        if refusal is None:
            self._begin(job, fate, held=True)
        else:
            self._run(job, lambda: _raise(refusal))

    def _begin(self, job: Job, fate: Fate, *, held: bool) -> None:
        run = partial(self._run, job, lambda: self._until_done(job, fate, held=held))
        thread = threading.Thread(target=run, name=job.resource.name, daemon=True)
        with self._lock:
            self._threads = [other for other in self._threads if other.is_alive()]
            self._threads.append(thread)
        thread.start()

    def stop(self, arn: str) -> None:
        """Ask a running job to stop; no harm if it has ended meanwhile."""
        with self._lock:
            job = self._jobs.get(arn)
        if job:
            job.stop_asked.set()
            self._slots.look()

    def shutdown(self) -> None:
        """Stop all processes and wait for the threads; the jobs stay as they are in the store."""
        self._shutdown.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(processes.GRACE_SECONDS)

    def _run(self, job: Job, work: Callable[[], None]) -> None:
        kind = _KINDS[job.resource.kind]
        try:
            work()
        except JobStopped as stopped:
            job.finish("Stopped", stopped.secondary, **kind.times(job))
        except JobFailed as failure:
            if not self._shutdown.is_set():  # else what it missed may be what is being stopped
                job.finish("Failed", FailureReason=str(failure), **kind.times(job))
        except EndpointStopping:
            pass
        except Exception:  # noqa: BLE001 - a defect must end the job and be seen, not leave it InProgress for ever
            if not self._shutdown.wait(_STRUCK_SECONDS):
                traceback.print_exc(file=sys.stderr)
                reason = "InternalServerError: We encountered an internal error. Please try again."
                job.finish("Failed", FailureReason=reason, **kind.times(job))
        finally:
            shutil.rmtree(job.folder, ignore_errors=True)
            with self._lock:
                self._jobs.pop(job.resource.arn, None)

    def _until_done(self, job: Job, fate: Fate, *, held: bool) -> None:
        """Start a job, and start it again when its spot instance is taken away; ``held``: it has a place already."""
        for restarts in itertools.count():
            try:
                self._start(job, fate, held=held and not restarts)
            except JobInterrupted:
                if restarts == fate.restarts:
                    raise JobStopped("Interrupted") from None
                job.start_over()
                job.phase("Interrupted")
                job.pause(fate.wait)
                job.phase("Starting")
                fate = fate_of(self._book, job.resource)
            else:
                return

    def _start(self, job: Job, fate: Fate, *, held: bool) -> None:
        if not held:
            job.pause(fate.starting)
            if fate.failure:
                raise JobFailed(fate.failure)
        with self._slots.held() if held else self._slots.place(job.check):
            job.folder.mkdir(parents=True, exist_ok=True)
            if fate.interrupt_after is not None:
                job.interrupt_after = fate.interrupt_after
            _KINDS[job.resource.kind].run(job)


def _raise(error: BaseException) -> None:
    raise error
