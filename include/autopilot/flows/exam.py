"""The champion's exams, step by step: (create examinee) -> (sit exam) -> mark. In brackets: SageMaker's work.

The same steps are a DAG of their own, which begins with a task that prepares them, and a group of every retraining.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.base.locations import Locations
from include.autopilot.base.source import combine
from include.autopilot.exams.plan import ExamPlan, find_exam_plan, load_exam_plan, save_exam_plan
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.projection import Request

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def prepare(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime, key: str
) -> dict[str, Any]:
    """Find out whom the run examines on what, and write the plan of it.

    :param cutoff: the run sees drops dated up to here; ``key``: the run's name in S3.
    :return: ``plan`` (its address), ``summary`` (for people) and ``source`` of the rows.
    """
    from include.autopilot.exams.sitting import exam_plan

    plan = exam_plan(s3, sagemaker, config, cutoff, key)
    uri, summary = save_exam_plan(s3, plan), _summary(plan)
    log.info("%s", summary)
    return {"plan": uri, "summary": summary, "source": combine(paper.source for paper in plan.papers)}


def model_request(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime, key: str
) -> Request | None:
    """Return the CreateModel request of the champion that is examined; None where nobody has to be.

    In a retraining this is where the exams are prepared, the first time.
    """
    folder = Locations(config.root).sitting(key)
    if find_exam_plan(s3, folder) is None:
        prepare(s3, sagemaker, config, cutoff, key)
    plan = load_exam_plan(s3, folder)
    return plan.serving.model if plan.serving and plan.asked else None


def prediction_request(s3: S3Client, config: ModelConfig, key: str, examinee: Mapping[str, Any]) -> Request:
    """Return the CreateTransformJob request with which the champion answers the rows of all its exams.

    :param examinee: what the operator that made its model returned.
    """
    from include.autopilot.exams.asking import exam_request

    plan = load_exam_plan(s3, Locations(config.root).sitting(key))
    return exam_request(s3, plan, [paper.digest for paper in plan.asked], examinee["name"])


def mark(
    s3: S3Client,
    config: ModelConfig,
    key: str,
    examinee: Mapping[str, Any] | None = None,
    sat: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Store what the exams came to, and say how the champion stands after them.

    :param examinee: the champion's model, and ``sat`` its job; None where no row had to be asked.
    :return: ``exams`` (a sentence each), ``standing`` (one of all its exams), and ``start``: the name of what its
        decline starts, None where there is none.
    """
    from include.autopilot.exams import marking
    from include.autopilot.exams.standing import standing

    plan = find_exam_plan(s3, Locations(config.root).sitting(key))
    if plan is None or plan.serving is None:
        return {"exams": [], "standing": None, "start": None}
    model, output = (examinee or {}).get("name"), (sat or {}).get("uri")
    exams = marking.mark(s3, plan, config.gate, model, output)
    found = standing(s3, Locations(plan.root), plan.serving.arn, plan.cutoff)
    start = found.start(config.decline.least_days) if found else None
    if found and found.exams:
        log.log(logging.WARNING if start else logging.INFO, "%s", found.sentence)
    sentence = found.sentence if found else None
    return {"exams": [exam.sentence for exam in exams], "standing": sentence, "start": start}


def follow_up(s3: S3Client, config: ModelConfig, cutoff: datetime, marked: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the form of the retraining or the search that a decline starts; None where there is no decline.

    :param marked: what :func:`mark` returned.
    """
    if marked["start"] is None:
        return None
    if config.decline.then == "search":
        from include.autopilot.requests import warmstart

        return warmstart.search_form(s3, config, cutoff.isoformat())
    return {"cutoff": cutoff.isoformat()}


def _summary(plan: ExamPlan) -> str:
    if plan.serving is None:
        return f"{plan.title}: nobody to examine: no champion is older than the last drop up to {plan.cutoff:%Y-%m-%d}."
    if not plan.papers:
        return f"{plan.title}: version {plan.serving.version} has sat every exam up to {plan.cutoff:%Y-%m-%d}."
    papers = ", ".join(f"{paper.name} ({paper.rows} rows)" for paper in plan.papers)
    return f"{plan.title}: version {plan.serving.version} is examined on {papers}."
