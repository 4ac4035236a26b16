"""What an Autopilot job says of a model: target, problem type, metric, role, columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from include.autopilot.base.errors import DraftError
from include.autopilot.base.lenient import text_at
from include.autopilot.base.metrics import find_metric
from include.autopilot.candidate.artifacts import InS3
from include.autopilot.candidate.automlsurvey import survey_job
from include.autopilot.candidate.searchtime import search_began
from include.autopilot.draft.blank import LOCAL_BUCKET, LOCAL_ROLE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

_FIX = "Search anew with CSV=... and TARGET=... in place of AUTOML_JOB."


@dataclass(frozen=True)
class Found:
    """One Autopilot job.

    :param columns: of its training data, the target among them; empty where a replay needs none, or nobody knows.
    :param bucket: where its output lies, which its role may write to.
    :param began: when its search began: no retraining may have an earlier cutoff.
    """

    job: str
    target: str
    problem_type: str
    metric: str
    role_arn: str
    bucket: str
    columns: Sequence[str]
    began: date
    replays: bool


def ask(sagemaker: SageMakerClient, s3: S3Client, job: str) -> Found:
    """Ask AWS what a job left.

    :raises MissingResourceError: there is no such job.
    :raises DraftError: its winner cannot be retrained, or it does not say what it predicted.
    """
    survey = survey_job(sagemaker, InS3(s3), job)
    if survey.refusal is not None:
        raise DraftError(f"{survey.refusal} {_FIX}")
    metric = find_metric(survey.objective.metric, survey.problem_type) if survey.objective else None
    if survey.target is None or survey.problem_type is None or metric is None:
        raise DraftError(f"{survey.label} does not say its target, problem type or metric. {_FIX}")
    output = text_at(survey.job, "OutputDataConfig", "S3OutputPath") or ""
    began = search_began(survey.job, survey.described.get("train"))
    return Found(
        job=survey.label,
        target=survey.target,
        problem_type=survey.problem_type,
        metric=metric.name,
        role_arn=text_at(survey.job, "RoleArn") or LOCAL_ROLE,
        bucket=output.removeprefix("s3://").partition("/")[0] or LOCAL_BUCKET,
        columns=survey.schema.columns if survey.schema and not survey.is_ensemble else (),
        began=began.date(),
        replays=not survey.is_ensemble,
    )
