"""What runs have cost: read from the records of their jobs, written beside the run as ``cost.json``.

A job that failed costs as much as one that did not, and a run that failed writes no report. So costs are taken from
what the operators keep of every job, not from what a run's last task saw.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError, MissingResourceError
from include.autopilot.base.lenient import text_at
from include.autopilot.base.locations import Locations, parse_uri
from include.autopilot.candidate.descriptions import describe
from include.autopilot.cost import billing
from include.autopilot.cost.billing import JobCost
from include.autopilot.cost.search import search_costs, tuning_costs
from include.autopilot.drops.plan import Plan
from include.autopilot.s3.jobrecords import job_records
from include.autopilot.s3.objects import open_object, read_json, write_json
from include.autopilot.settings.config import PriceTable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

_KINDS = ("TrainingJob", "TransformJob", "ProcessingJob", "AutoMLJob", "HyperParameterTuningJob")
# Of these the jobs that they started are paid for.
_STARTERS = {"AutoMLJob": search_costs, "HyperParameterTuningJob": tuning_costs}


@dataclass(frozen=True)
class Run:
    """Which run spent: its key names its folder; ``synthetic`` says whether the rows were made up."""

    model: str
    key: str
    cutoff: str
    synthetic: bool


def run_of(plan: Plan) -> Run:
    """Return the run of a plan."""
    return Run(plan.model, plan.main, plan.cutoff.isoformat(), plan.synthetic)


def write_cost(
    s3: S3Client, sagemaker: SageMakerClient, locations: Locations, run: Run, prices: PriceTable | None
) -> dict[str, Any]:
    """Write ``cost.json`` beside the run and return its content.

    The prices of the day stay with the run: another price table does not change what is written.

    :return: ``jobs``, ``usd`` (None: unknown), ``known_usd``, ``unknown``, ``saving_usd``, ``prices_of``, ``sentence``.
    """
    jobs = run_jobs(s3, sagemaker, locations.records(run.key), prices)
    prices_of = prices.date.isoformat() if prices else None
    told = billing.totals(jobs)
    content = {
        "model": run.model,
        "run": run.key,
        "cutoff": run.cutoff,
        "synthetic": run.synthetic,
        "currency": "USD",
        "prices_of": prices_of,
        "sentence": billing.sentence(told, prices_of),
        **told,
        "jobs": [billing.as_json(job) for job in jobs],
    }
    write_json(s3, _uri(locations, run.key), content)
    return content


def months_of(
    s3: S3Client, sagemaker: SageMakerClient, locations: Locations, prices: PriceTable | None
) -> dict[str, dict[str, Any]]:
    """Return the totals of all runs of a model by month; see :func:`include.autopilot.cost.billing.by_month`."""
    return billing.by_month(model_jobs(s3, sagemaker, locations, prices))


def model_jobs(
    s3: S3Client, sagemaker: SageMakerClient, locations: Locations, prices: PriceTable | None
) -> list[JobCost]:
    """Return the jobs of all runs of a model as they were written.

    They are worked out now where a run wrote nothing or began more since, or where something was unknown and the prices
    may have it by now.
    """
    return [job for run in _runs(s3, locations) for job in jobs_of(s3, sagemaker, locations, run, prices)]


def jobs_of(
    s3: S3Client, sagemaker: SageMakerClient, locations: Locations, run: str, prices: PriceTable | None
) -> list[JobCost]:
    """Return the jobs of one run as they were written, or worked out now; see :func:`model_jobs`.

    What began after the cost was written, because somebody cleared tasks of the run, is worked out and added.
    """
    records = locations.records(run)
    try:
        stored = open_object(s3, _uri(locations, run))
    except MissingObjectError:
        return run_jobs(s3, sagemaker, records, prices)
    written = json.loads(stored["Body"].read())
    if written["usd"] is None and prices is not None:
        return run_jobs(s3, sagemaker, records, prices)
    known = [billing.from_json(job) for job in written["jobs"]]
    # A search has hundreds of jobs: those that are known are not asked for again.
    began = run_jobs(s3, sagemaker, records, prices, stored["LastModified"])
    return list({job.name: job for job in (*began, *known)}.values())


def run_jobs(
    s3: S3Client, sagemaker: SageMakerClient, records: str, prices: PriceTable | None, since: datetime | None = None
) -> list[JobCost]:
    """Return what every job of a run cost, failed ones too; models cost nothing.

    :param records: the folder of the requests and descriptions that the operators kept.
    :param since: only of jobs of which they kept something later.
    """
    found: list[JobCost] = []
    for kept in job_records(s3, records, since):
        record = read_json(s3, str(kept.description or kept.request))
        kind = next((kind for kind in _KINDS if text_at(record, f"{kind}Name")), None)
        if kind is None:
            continue
        if kind in _STARTERS:
            began = text_at(record, "CreationTime")
            found += _STARTERS[kind](sagemaker, kept.name, prices, began[:7] if began else None)
        else:
            described = record if kept.description else _described(sagemaker, kind, kept.name)
            found.append(billing.job_cost(kind, kept.name, described, prices))
    return found


def _described(sagemaker: SageMakerClient, kind: str, name: str) -> dict[str, Any]:
    """Ask for a job whose end no operator saw: its task was killed."""
    try:
        return describe(sagemaker, kind, name)
    except MissingResourceError:
        return {}


def _runs(s3: S3Client, locations: Locations) -> Iterator[str]:
    bucket, prefix = parse_uri(f"{locations.runs}/")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    for page in pages:
        for folder in page.get("CommonPrefixes", []):
            yield folder["Prefix"].removeprefix(prefix).rstrip("/")


def _uri(locations: Locations, run: str) -> str:
    return locations.run(run).cost
