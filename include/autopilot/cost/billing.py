"""What jobs cost: billable seconds times the model's own prices. What is not known is called unknown, never guessed.

Pure: descriptions in, figures out. SageMaker bills a training job by BillableTimeInSeconds of every instance, which on
spot capacity already has the discount; transform and processing jobs by the time between start and end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from include.autopilot.base.lenient import at, items_at, mapping_at, number_at, text_at
from include.autopilot.settings.config import PriceTable

_SECONDS_PER_HOUR = 3600
# kind -> its table of prices.
_TABLES = {"TrainingJob": "training", "TransformJob": "transform", "ProcessingJob": "processing"}
_RESOURCES = {
    "TrainingJob": ("ResourceConfig",),
    "TransformJob": ("TransformResources",),
    "ProcessingJob": ("ProcessingResources", "ClusterConfig"),
}


@dataclass(frozen=True)
class JobCost:
    """One job.

    :param instances: type and how many of it.
    :param seconds: billed, of every instance; None: unknown.
    :param usd: None: unknown, and ``why`` says why.
    :param saving_usd: what spot capacity saved, None where that is unknown; 0 on demand.
    :param month: when the job began, ``YYYY-MM`` in UTC; None where nobody knows.
    """

    name: str
    kind: str
    status: str
    instances: tuple[tuple[str, int], ...]
    seconds: float | None
    usd: float | None
    saving_usd: float | None
    month: str | None
    why: str = ""


def job_cost(kind: str, name: str, described: Mapping[str, Any], prices: PriceTable | None) -> JobCost:
    """Return what one job cost.

    :param kind: TrainingJob, TransformJob or ProcessingJob.
    :param described: its description, times as instants or as ISO texts; empty where nobody has one.
    """
    stem = kind.removesuffix("Job")
    began, ended = (_instant(described, f"{stem}{edge}Time") for edge in ("Start", "End"))
    instances = _instances(described, kind)
    status = text_at(described, f"{kind}Status") or "unknown"
    created = began or _instant(described, "CreationTime")
    month = f"{created:%Y-%m}" if created else None
    if began is None and status in ("Failed", "Stopped"):
        # It ended before it had an instance, for example for want of capacity.
        return JobCost(name, kind, status, instances, 0.0, 0.0, 0.0, month)
    lasted = (ended - began).total_seconds() if began and ended else None
    seconds = number_at(described, "BillableTimeInSeconds") if kind == "TrainingJob" else lasted
    hourly, why = _hourly(kind, instances, prices)
    if seconds is None:
        why = "SageMaker did not tell how long it was billed" if described else "there is no description of it"
    usd = None if hourly is None or seconds is None else _round(seconds * hourly / _SECONDS_PER_HOUR)
    return JobCost(name, kind, status, instances, seconds, usd, _saving(described, seconds, hourly), month, why)


def repriced(job: JobCost, prices: PriceTable | None) -> JobCost:
    """Return a job at other prices: the time that it took, as it was billed, at the prices of a table."""
    if job.seconds == 0 or not job.instances:
        return job
    hourly, why = _hourly(job.kind, job.instances, prices)
    usd = None if hourly is None or job.seconds is None else _round(job.seconds * hourly / _SECONDS_PER_HOUR)
    return replace(job, usd=usd, why=why or job.why if usd is None else "")


def unknown_cost(kind: str, name: str, why: str, month: str | None) -> JobCost:
    """Return a job of which nothing is known but its name."""
    return JobCost(name, kind, "unknown", (), None, None, None, month, why)


def totals(jobs: Iterable[JobCost]) -> dict[str, Any]:
    """Return the sums of jobs, each counted once by its name.

    :return: ``usd`` (None where a job's is unknown), ``known_usd`` (of the jobs that are known), ``unknown`` (how many
        are not), ``jobs`` (how many there are) and ``saving_usd`` (None where a job's is unknown).
    """
    once = list({job.name: job for job in jobs}.values())
    known = [job.usd for job in once if job.usd is not None]
    savings = [job.saving_usd for job in once if job.saving_usd is not None]
    complete = len(known) == len(once)
    return {
        "usd": _round(sum(known)) if complete else None,
        "known_usd": _round(sum(known)),
        "unknown": len(once) - len(known),
        "jobs": len(once),
        "saving_usd": _round(sum(savings)) if len(savings) == len(once) else None,
    }


def by_month(jobs: Iterable[JobCost]) -> dict[str, dict[str, Any]]:
    """Return the totals of every month in which a job began; jobs without a month are under ``unknown``."""
    months: dict[str, list[JobCost]] = {}
    for job in jobs:
        months.setdefault(job.month or "unknown", []).append(job)
    return {month: totals(months[month]) for month in sorted(months)}


def sentence(told: Mapping[str, Any], prices_of: str | None) -> str:
    """Say a total in words.

    :param told: what :func:`totals` returned.
    :param prices_of: the date of the price table, None where there is none.
    """
    if prices_of is None:
        return f"{told['jobs']} jobs, unknown cost: the model's YAML has no prices."
    by = f"by the prices of {prices_of[:10]}"
    if told["usd"] is None:
        known = f"{told['known_usd']:.2f} USD {by}"
        return f"{told['jobs']} jobs, unknown cost: {known}, and {told['unknown']} jobs whose cost is unknown."
    saved = f", {told['saving_usd']:.2f} USD saved on spot" if told["saving_usd"] else ""
    return f"{told['jobs']} jobs, {told['usd']:.2f} USD {by}{saved}."


def as_json(job: JobCost) -> dict[str, Any]:
    """Return plain JSON."""
    return {**asdict(job), "instances": [list(one) for one in job.instances]}


def from_json(value: Mapping[str, Any]) -> JobCost:
    """Return what :func:`as_json` was made from."""
    return JobCost(**{**value, "instances": tuple((str(name), int(count)) for name, count in value["instances"])})


def _instances(described: Mapping[str, Any], kind: str) -> tuple[tuple[str, int], ...]:
    resources = mapping_at(described, *_RESOURCES[kind])
    groups = items_at(resources, "InstanceGroups") or [resources]
    found = [(text_at(group, "InstanceType"), int(number_at(group, "InstanceCount") or 1)) for group in groups]
    return tuple((instance, count) for instance, count in found if instance)


def _hourly(kind: str, instances: Sequence[tuple[str, int]], prices: PriceTable | None) -> tuple[float | None, str]:
    """Return what all instances together cost an hour, or None and why that is not known."""
    if prices is None:
        return None, "the model's YAML has no prices"
    if not instances:
        return None, "its instances are not known"
    table: Mapping[str, float] = getattr(prices, _TABLES[kind])
    lacking = [instance for instance, _ in instances if instance not in table]
    if lacking:
        return None, f"prices.{_TABLES[kind]} does not have {', '.join(lacking)}"
    return sum(table[instance] * count for instance, count in instances), ""


def _saving(described: Mapping[str, Any], seconds: float | None, hourly: float | None) -> float | None:
    if not at(described, "EnableManagedSpotTraining"):
        return 0.0
    trained = number_at(described, "TrainingTimeInSeconds")
    if trained is None or seconds is None or hourly is None:
        return None
    return _round((trained - seconds) * hourly / _SECONDS_PER_HOUR)


def _instant(described: Mapping[str, Any], member: str) -> datetime | None:
    value = at(described, member)
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else None


def _round(usd: float) -> float:
    return round(usd, 4)
