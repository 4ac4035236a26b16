"""What a backtest asks: of every model that has not predicted all later drops one transform of the rows missing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.backtest.history import History
from include.autopilot.base.errors import AutopilotError
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import combine
from include.autopilot.champion.serving import serving_version
from include.autopilot.exams.asking import exam_request
from include.autopilot.exams.plan import ExamPlan, load_exam_plan, save_exam_plan
from include.autopilot.exams.sitting import papers
from include.autopilot.requests.preview import Foretold
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.projection import Request
from include.autopilot.template.published import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)

STEP = "predict"


def write_papers(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, history: History, cutoff: datetime, key: str
) -> list[ExamPlan]:
    """Write the rows that are still to be predicted, and return one plan per model that has any.

    A model that cannot be made again is left out, and the log says why.

    :param key: the backtest's name in S3.
    """
    plans = []
    for model in history.incomplete:
        version = model.version
        try:
            served = serving_version(s3, sagemaker, config, version)
        except AutopilotError as error:
            log.warning("%s is left out of the backtest: it cannot be made again: %s", version.label, error)
            continue
        locations = Locations(config.root)
        run = locations.sitting_of(key, version.version)
        folder = locations.sitting(run)
        written = papers(s3, config, served, history.missing(model), folder)
        asked = served.serving, served.plan.problem, written
        plan = ExamPlan(config.name, config.title, config.root, run, cutoff, *asked, kms_key=config.kms_key)
        save_exam_plan(s3, plan)
        plans.append(plan)
    return plans


def asked_plan(s3: S3Client, config: ModelConfig, key: str, version: int) -> ExamPlan:
    """Return what a version is asked in a backtest.

    :raises RunError: the plan is gone.
    """
    locations = Locations(config.root)
    return load_exam_plan(s3, locations.sitting(locations.sitting_of(key, version)))


def job_requests(s3: S3Client, plan: ExamPlan) -> dict[str, Request]:
    """Return the requests with which a model predicts the rows of all drops that it is asked: Model and Transform.

    :raises RunError: the plan asks nobody.
    """
    serving = plan.serving
    name = serving.model["ModelName"] if serving else ""
    transform = exam_request(s3, plan, [paper.digest for paper in plan.asked], name)
    return {"Model": serving.model if serving else {}, "Transform": transform}


def foretell_jobs(s3: S3Client, plans: Sequence[ExamPlan]) -> list[Foretold]:
    """Return every request that the backtest would send, in order."""
    found = []
    for plan in plans:
        if plan.serving is not None and plan.asked:
            template = load_template(s3, Locations(plan.root), plan.serving.template)
            before = (template.replay.model, template.replay.featurize) if template.replay else ({}, {})
            requests = job_requests(s3, plan)
            found.append(Foretold(STEP, "Model", requests["Model"], before[0], replays=False))
            found.append(Foretold(STEP, "TransformJob", requests["Transform"], before[1], replays=False))
    return found


def source_of(plans: Sequence[ExamPlan]) -> str | None:
    """Return where the rows that are asked come from, in words."""
    return combine(paper.source for plan in plans for paper in plan.papers)


def answered(plan: ExamPlan, jobs: Sequence[dict[str, Any]]) -> tuple[str, str] | None:
    """Return the name of the model that answered and the address of its answers; None where its job did not end well.

    :param jobs: what the operators returned.
    """
    if plan.serving is None:
        return None
    name = str(plan.serving.model["ModelName"])
    output = plan.own.answers(name)
    done = {str(job["uri"]).rstrip("/") for job in jobs if job.get("uri")}
    return (name, output) if output in done else None
