"""Watches the embedded AWS and says what its jobs do, as a person at the console would see it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any, Self, TextIO

import boto3
from botocore.exceptions import BotoCoreError, ClientError

_KINDS = ("TrainingJob", "TransformJob", "ProcessingJob")
_LISTS = {
    "TrainingJob": "list_training_jobs",
    "TransformJob": "list_transform_jobs",
    "ProcessingJob": "list_processing_jobs",
}
_LIVE = ("InProgress", "Stopping")


class JobWatch:
    """A thread that prints a line per job that ends and counts the jobs; a context manager.

    Jobs that have ended before are neither told nor counted. A tuning job is told with its best training, not counted:
    its trainings are.

    :param endpoint: address of the embedded AWS.
    :param screen: where the lines go.
    """

    def __init__(self, endpoint: str, screen: TextIO) -> None:
        self._client: Any = boto3.client("sagemaker", endpoint_url=endpoint)
        self._screen = screen
        self._told: set[str] = set()
        self._tuned: set[str] = set()
        self._counted = 0
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._told = {name for _, name, _, _ in self._ended()}
        self._counted = len(self._told)
        self._tuned = set(self._tunings())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def take(self) -> int:
        """Give how many SageMaker jobs ended since the last call."""
        with self._lock:
            self._look()
            since, self._counted = len(self._told) - self._counted, len(self._told)
            return since

    def _watch(self) -> None:
        while not self._end.wait(1):
            # The watch is a convenience: the run itself reports an endpoint that went away.
            with self._lock, suppress(BotoCoreError, ClientError):
                self._look()

    def _look(self) -> None:
        for kind, name, status, seconds in sorted(self._ended(), key=lambda job: job[1]):
            self._told.add(name)
            print(f"    {status:<9} {kind:<13} {name}  {seconds:.1f} s", file=self._screen)
        for name in self._tunings():
            self._tuned.add(name)
            told = self._client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
            print(f"    {tuning_line(told)}", file=self._screen)

    def _tunings(self) -> list[str]:
        pages = self._client.get_paginator("list_hyper_parameter_tuning_jobs").paginate()
        jobs = [job for page in pages for job in page["HyperParameterTuningJobSummaries"]]
        ended = [job for job in jobs if job["HyperParameterTuningJobStatus"] not in _LIVE]
        names = sorted(job["HyperParameterTuningJobName"] for job in ended)
        return [name for name in names if name not in self._tuned]

    def _ended(self) -> list[tuple[str, str, str, float]]:
        return [job for kind in _KINDS for job in self._jobs(kind) if job[2] not in _LIVE and job[1] not in self._told]

    def _jobs(self, kind: str) -> list[tuple[str, str, str, float]]:
        pages = self._client.get_paginator(_LISTS[kind]).paginate()
        jobs = [job for page in pages for job in page[f"{kind}Summaries"]]
        return [(kind, job[f"{kind}Name"], job[f"{kind}Status"], _seconds(job)) for job in jobs]


def tuning_line(described: dict[str, Any]) -> str:
    """Give a tuning job's status, name, number of trainings and best training, from its description."""
    status, name = described["HyperParameterTuningJobStatus"], described["HyperParameterTuningJobName"]
    trainings = sum(described["TrainingJobStatusCounters"].values())
    best = described.get("BestTrainingJob")
    told = "none succeeded"
    if best:
        objective = best["FinalHyperParameterTuningJobObjectiveMetric"]
        told = f"best {best['TrainingJobName']}: {objective['MetricName']} {objective['Value']:.4g}"
    return f"{status:<9} {'TuningJob':<13} {name}  {trainings} trainings, {told}"


def _seconds(job: dict[str, Any]) -> float:
    ended = job.get("TrainingEndTime") or job.get("TransformEndTime") or job.get("ProcessingEndTime")
    return float((ended - job["CreationTime"]).total_seconds()) if ended else 0.0
