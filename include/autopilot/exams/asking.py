"""The request with which the champion is asked the rows of its exams, and the same before the run asks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.autopilot.base.errors import RunError
from include.autopilot.base.locations import Locations
from include.autopilot.base.names import job_name
from include.autopilot.drops.plan import Plan
from include.autopilot.exams.plan import ExamPlan
from include.autopilot.exams.sitting import missing_exams
from include.autopilot.requests.preview import Foretold
from include.autopilot.requests.replay import measured_request
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.projection import Request
from include.autopilot.template.published import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient


def exam_request(s3: S3Client, plan: ExamPlan, drops: Sequence[str], model: str) -> Request:
    """Return the CreateTransformJob request with which the champion answers the rows of all its exams.

    :param drops: the digests of the drops; ``model``: the name of the champion's model.
    :raises RunError: the plan examines nobody.
    """
    if plan.serving is None or plan.problem is None:
        raise RunError(f"{plan.own.plan} examines nobody. Clear the task create_examinee.")
    template = load_template(s3, Locations(plan.root), plan.serving.template)
    name = job_name(plan.model, "exam", plan.cutoff, plan.run, model, *drops)
    places = plan.own.rows, plan.own.answers(model)
    return measured_request(template, name, model, *places, plan.problem.columns, plan.kms_key)


def foretell_exam(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan) -> list[Foretold]:
    """Return what the champion would be examined with in a retraining; nothing where no exam is missing.

    Nothing is written. Whether it has seen all rows of a drop, and so is not asked, is not looked at.
    """
    champion, missing = missing_exams(s3, sagemaker, config, plan.cutoff)
    if champion is None or not missing:
        return []
    serving, template = champion.serving, champion.template
    exams = ExamPlan(
        plan.model, plan.title, plan.root, plan.run, plan.cutoff, serving, champion.plan.problem, kms_key=plan.kms_key
    )
    asked = exam_request(s3, exams, [content.digest for content in missing], serving.model["ModelName"])
    before = (template.replay.model, template.replay.featurize) if template.replay else ({}, {})
    return [
        Foretold("create_examinee", "Model", serving.model, before[0], replays=False),
        Foretold("sit_exam", "TransformJob", asked, before[1], replays=False),
    ]
