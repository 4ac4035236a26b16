"""Looking at a candidate by the name of its Autopilot job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.autopilot.artifacts import Artifacts
from include.autopilot.candidatesteps import find_steps
from include.autopilot.containers import containers_of
from include.autopilot.descriptions import Description, describe_automl_job, list_candidates
from include.autopilot.errors import CandidateError, NotRecordedError
from include.autopilot.lenient import mapping_at, text_at
from include.autopilot.objective import (
    implied_problem_type,
    objective_of,
    problem_type_of,
    target_of,
    trained_objective,
    trained_problem_type,
)
from include.autopilot.refusal import why_not, why_not_candidate
from include.autopilot.survey import (
    JOBS,
    Survey,
    check_containers,
    check_parts,
    check_problem,
    describe_part,
    find_columns,
    find_tags,
)

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


def survey_job(
    sagemaker: SageMakerClient,
    artifacts: Artifacts,
    automl_job: str,
    candidate: str | None = None,
    columns: Sequence[str] | None = None,
) -> Survey:
    """Look at a candidate of an Autopilot job.

    :param candidate: its name; None: the best one.
    :param columns: the column order, where it is not found otherwise.
    :raises MissingResourceError: the job does not exist (or is not recorded).
    :raises CandidateError: it has no candidate of that name.
    """
    survey = Survey(label=automl_job, automl_job=automl_job)
    _read_job(survey, sagemaker, automl_job, candidate)
    survey.target = target_of(survey.job)
    survey.refuse(why_not(survey.job, automl_job))
    if not survey.candidate:
        ended = f"is {text_at(survey.job, 'AutoMLJobStatus')} but" if "AutoMLJobStatus" in survey.job else "has"
        survey.refuse(f"{automl_job} {ended} left no finished candidate. Search again with more time.")
    survey.refuse(why_not_candidate(survey.candidate, automl_job))
    if survey.candidate:
        _read_steps(survey, sagemaker)
    _read_problem(survey)
    if survey.refusal is None:
        check_parts(survey, artifacts)
        check_problem(survey)
        check_containers(survey)
    if survey.refusal is None:
        find_columns(survey, artifacts, columns)
        find_tags(survey, sagemaker)
    return survey


def _read_job(survey: Survey, sagemaker: SageMakerClient, automl_job: str, candidate: str | None) -> None:
    try:
        survey.kind, survey.job = describe_automl_job(sagemaker, automl_job)
    except NotRecordedError as error:
        candidates = list_candidates(sagemaker, automl_job)
        survey.missing.append(str(error))
        survey.candidate = _named(candidates, candidate, automl_job) if candidate else _best(candidates, automl_job)
    else:
        best = mapping_at(survey.job, "BestCandidate")
        if candidate is not None and (text_at(best, "CandidateName") or "").lower() != candidate.lower():
            best = _named(list_candidates(sagemaker, automl_job, candidate), candidate, automl_job)
        survey.candidate = best
    survey.name = text_at(survey.candidate, "CandidateName")


def _named(candidates: Sequence[Description], name: str, automl_job: str) -> Description:
    known = {(text_at(entry, "CandidateName") or "").lower(): entry for entry in candidates}
    if name.lower() not in known:
        raise CandidateError(f"{automl_job} has no candidate {name}. ListCandidatesForAutoMLJob shows its names.")
    return known[name.lower()]


def _best(candidates: Sequence[Description], automl_job: str) -> Description:
    if len(candidates) != 1:
        raise CandidateError(
            f"{automl_job}: {len(candidates)} candidates are listed and the job's own description, which says which "
            "is the best, is not there. Name a candidate."
        )
    return candidates[0]


def _read_steps(survey: Survey, sagemaker: SageMakerClient) -> None:
    try:
        survey.steps = find_steps(survey.candidate, survey.label)
    except CandidateError as error:
        survey.refuse(error)
        return
    survey.containers = containers_of(survey.candidate)
    if survey.refusal is not None or survey.is_ensemble:
        return
    for role, kind in JOBS.items():
        step = survey.steps.get(role)
        describe_part(survey, sagemaker, role, kind, step.name if step else None)
    if "featurize" in survey.described:
        describe_part(survey, sagemaker, "featurizer", "Model", text_at(survey.described["featurize"], "ModelName"))
    else:
        survey.missing.append("the featurizer's model, which only the description of the featurize job names")


def _read_problem(survey: Survey) -> None:
    try:
        survey.problem_type = problem_type_of(survey.job, survey.label)
    except CandidateError:
        trained = trained_problem_type(survey.described.get("train", {}))
        survey.problem_type = trained or implied_problem_type(survey.candidate, len(survey.containers))
        if survey.problem_type is not None:
            source = "the algorithm's hyperparameters" if trained else "its containers and metric"
            survey.warnings.append(f"The job does not tell its problem type: {survey.problem_type} by {source}.")
    try:
        survey.objective = objective_of(survey.job, survey.candidate, survey.label)
    except CandidateError as error:
        survey.objective = trained_objective(survey.described.get("train", {}))
        if survey.candidate and survey.objective is None:
            survey.refuse(error)
