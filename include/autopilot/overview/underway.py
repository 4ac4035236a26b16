"""What works for a model at this moment: its jobs, how far they are, and those that somebody waits for in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingResourceError
from include.autopilot.base.lenient import text_at
from include.autopilot.base.locations import Locations
from include.autopilot.base.names import beginning
from include.autopilot.candidate.descriptions import describe
from include.autopilot.overview.legible import Legible, legible
from include.autopilot.s3.jobrecords import job_records
from include.autopilot.s3.objects import read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig

# kind -> what people call it.
KINDS = {
    "TrainingJob": "training job",
    "TransformJob": "transform job",
    "ProcessingJob": "processing job",
    "AutoMLJob": "Autopilot job",
    "HyperParameterTuningJob": "tuning job",
}
_AT_ONCE = 8


@dataclass(frozen=True)
class Asked:
    """How SageMaker is asked.

    :param listed: kind and a part of the name -> the summaries of the jobs in progress, the newest first.
    :param expected: kind and name -> how many seconds earlier jobs of the same step took; None: there were none.
    """

    sagemaker: SageMakerClient
    listed: Callable[[str, str], Sequence[Mapping[str, Any]]]
    expected: Callable[[str, str], float | None]


@dataclass(frozen=True)
class Job:
    """A job in progress.

    :param label: what kind of job it is, in words; ``status``: in SageMaker's, as fine as it tells.
    :param minutes: since it was made.
    :param expected: how many minutes earlier jobs of its step took; None: nobody knows.
    :param percent: how much of that time has passed, at most 100; None: nobody knows.
    :param sentence: when it should end.
    """

    name: str
    label: str
    status: str
    minutes: float
    expected: float | None
    percent: int | None
    sentence: str


@dataclass(frozen=True)
class Underway:
    """The jobs in progress, and a sentence per job that is lost, and per question that AWS did not answer."""

    jobs: Sequence[Job] = ()
    lost: Sequence[str] = ()
    problems: tuple[str, ...] = ()


def underway(s3: S3Client, asked: Asked, config: ModelConfig, runs: Iterable[str], now: datetime) -> Underway:
    """Look at what works for a model; it never fails for what AWS does not answer.

    :param runs: the keys of the runs that Airflow has not ended: what they wait for is asked for by name.
    :param now: with its time zone.
    """

    def listed(kind: str) -> Legible[list[str]]:
        def names() -> list[str]:
            return [str(one[f"{kind}Name"]) for one in asked.listed(kind, beginning(config.name))]

        return legible(f"The list of {KINDS[kind]}s in progress", names)

    def look(job: tuple[str, str]) -> Legible[Job]:
        found = legible(f"The {KINDS[job[0]]} {job[1]}", lambda: Legible(_look(asked, config.root, *job, now)))
        return found.content or Legible(None, found.problem)

    # Who never retunes is not asked for a permission to list tuning jobs.
    kinds = [kind for kind in KINDS if kind != "HyperParameterTuningJob" or config.retunes]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        lists = dict(zip(kinds, pool.map(listed, kinds), strict=True))
        names = [(kind, name) for kind, found in lists.items() for name in found.content or ()]
        looks = list(pool.map(look, names))
    jobs = [found.content for found in looks if found.content is not None]
    seen = {job.name for job in jobs}
    waits = legible(f"What the runs of {config.name} wait for", lambda: _lost(s3, asked, config.root, runs, seen))
    asked_for: list[Legible[Any]] = [*lists.values(), *looks, waits]
    return Underway(jobs, waits.content or [], tuple(found.problem for found in asked_for if found.problem))


def _look(asked: Asked, root: str, kind: str, name: str, now: datetime) -> Job | None:
    """Return a job; None: it is another model's, or it has just ended."""
    described = _described(asked, kind, name)
    if described is None or not _within(described, root) or described[f"{kind}Status"] != "InProgress":
        return None
    minutes = max((now - described["CreationTime"]).total_seconds() / 60, 0.0)
    seconds = asked.expected(kind, name)
    expected = None if seconds is None else seconds / 60
    percent = None if not expected else min(round(100 * minutes / expected), 100)
    status = text_at(described, "SecondaryStatus") or text_at(described, f"{kind}SecondaryStatus") or "InProgress"
    sentence = _expectation(described["CreationTime"], minutes, expected)
    return Job(name, KINDS[kind], status, minutes, expected, percent, sentence)


def _expectation(began: datetime, minutes: float, expected: float | None) -> str:
    if expected is None:
        return "Nobody knows how long it takes: no earlier job of its step is listed."
    long = f"{expected:.0f} minutes" if expected >= 1 else "less than a minute"
    took = f"Earlier jobs of its step took {long}"
    if minutes > expected:
        return f"{took}: this one takes longer."
    return f"{took}: it should end about {(began + timedelta(minutes=expected)).astimezone(UTC):%H:%M} UTC."


def _lost(s3: S3Client, asked: Asked, root: str, runs: Iterable[str], seen: set[str]) -> list[str]:
    """Return a sentence per job that a run has asked for and that will not end by itself any more."""
    found = []
    for run in runs:
        for kept in job_records(s3, Locations(root).records(run)):
            if kept.request is None or kept.description is not None or kept.name in seen:
                continue
            request = read_json(s3, kept.request)
            kind = next((kind for kind in KINDS if text_at(request, f"{kind}Name")), None)
            if kind is not None and (why := _end(_described(asked, kind, kept.name), kind)):
                found.append(f"Run {run} waits for the {KINDS[kind]} {kept.name}, but {why}")
    return found


def _end(described: Mapping[str, Any] | None, kind: str) -> str | None:
    if described is None:
        return "SageMaker does not know it: it was deleted, or never made. Clear its task in Airflow to make it again."
    status = described[f"{kind}Status"]
    if status not in ("Failed", "Stopped"):
        return None
    reason = text_at(described, "FailureReason") or "SageMaker says no reason"
    return f"it is {status}: {' '.join(reason.split())}"


def _described(asked: Asked, kind: str, name: str) -> Mapping[str, Any] | None:
    try:
        # Its second version describes the AutoML jobs of both.
        return describe(asked.sagemaker, "AutoMLJobV2" if kind == "AutoMLJob" else kind, name)
    except MissingResourceError:
        return None


def _within(value: Any, root: str) -> bool:
    """Whether anything that a description names lies below the model's root."""
    if isinstance(value, Mapping):
        return any(_within(one, root) for one in value.values())
    if isinstance(value, list):
        return any(_within(one, root) for one in value)
    return isinstance(value, str) and value.startswith(f"{root}/")
