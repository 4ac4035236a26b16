"""The candidate: Autopilot's winner with everything needed to replay it.

The model that the featurize step uses is not a step. It is the featurizer *without* ``AUTOML_TRANSFORM_MODE``, so it
passes the target on as the label; the first inference container is the same featurizer *with* it and would turn the
target into a feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import CandidateError
from include.autopilot.candidate.artifacts import InS3
from include.autopilot.candidate.automlsurvey import survey_job
from include.autopilot.candidate.contract import Schema
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.objective import Objective
from include.autopilot.candidate.stated import NOTHING, Stated
from include.autopilot.candidate.stepsurvey import survey_steps
from include.autopilot.candidate.survey import Survey

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True)
class Parts:
    """Describe responses of what is replayed.

    :param fit: None where it is not known which job fitted the featurizer; then the featurizer can only be reused.
    :param featurizer: the model that the featurize job uses.
    """

    fit: Description | None
    featurize: Description
    train: Description
    featurizer: Description


@dataclass(frozen=True)
class Search:
    """The Autopilot job: which version of the API describes it (``AutoMLJob`` or ``AutoMLJobV2``), and its response."""

    kind: str
    description: Description


@dataclass(frozen=True)
class Candidate:
    """One finished candidate.

    :param automl_job: None where the candidate was named by its transform and training jobs.
    :param parts: None for a candidate without steps (ENSEMBLING).
    :param containers: the inference containers in order, with their environments.
    :param search: None where the Autopilot job is not known.
    :param tags: the tags to carry over: of the ``search``, of each part by its name.
    :param warnings: what a person should know, one sentence each.
    """

    automl_job: str | None
    name: str
    problem_type: str
    objective: Objective
    schema: Schema
    parts: Parts | None
    containers: tuple[dict[str, Any], ...]
    search: Search | None
    tags: dict[str, list[Description]]
    warnings: tuple[str, ...]


def find_candidate(
    sagemaker: SageMakerClient,
    s3: S3Client,
    automl_job: str,
    candidate: str | None = None,
    stated: Stated = NOTHING,
) -> Candidate:
    """Return a candidate of an Autopilot job made with either version of the API.

    :param candidate: its name; None: the best one.
    :param stated: what its artifacts may not tell.
    :raises CandidateError: the job has no such candidate, or one that can be neither replayed nor searched again; the
        message says why.
    :raises MissingResourceError: the job, one of its steps or its featurizer model was deleted.
    """
    return candidate_of(survey_job(sagemaker, InS3(s3), automl_job, candidate, stated))


def find_candidate_by_jobs(
    sagemaker: SageMakerClient,
    s3: S3Client,
    transform_job: str,
    training_job: str,
    stated: Stated = NOTHING,
) -> Candidate:
    """Return the candidate that a transform job featurized for and a training job trained, without its Autopilot job.

    The inference containers are inferred; ``warnings`` says so.

    :param stated: what its artifacts may not tell; ``columns`` need the ``target``.
    :raises CandidateError: they are not steps of a candidate that can be replayed; the message says why.
    :raises MissingResourceError: a job or the featurizer model was deleted.
    """
    return candidate_of(survey_steps(sagemaker, InS3(s3), transform_job, training_job, stated))


def candidate_of(survey: Survey) -> Candidate:
    """Return the candidate of a whole survey.

    :raises AutopilotError: what the survey kept as the reason against it.
    :raises CandidateError: something is missing; the message lists it.
    """
    if survey.refusal is not None:
        raise survey.refusal
    if survey.missing:
        raise CandidateError(f"{survey.label} is not completely known. Missing: {'; '.join(survey.missing)}.")
    if survey.problem_type is None or survey.objective is None or survey.schema is None:
        raise CandidateError(
            f"{survey.label}: its problem type, target or objective is not told anywhere; it cannot be judged."
        )
    return Candidate(
        automl_job=survey.automl_job,
        name=survey.name or survey.label,
        problem_type=survey.problem_type,
        objective=survey.objective,
        schema=survey.schema,
        parts=None if survey.is_ensemble else _parts(survey.described),
        containers=survey.containers,
        search=Search(survey.kind, survey.job) if survey.kind else None,
        tags=survey.tags.carried,
        warnings=tuple(survey.warnings),
    )


def _parts(described: dict[str, Description]) -> Parts:
    return Parts(described.get("fit"), described["featurize"], described["train"], described["featurizer"])
