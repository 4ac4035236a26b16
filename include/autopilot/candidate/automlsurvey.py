"""Looking at a candidate by the name of its Autopilot job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from include.autopilot.base.errors import CandidateError, NotRecordedError
from include.autopilot.base.lenient import at, mapping_at, text_at
from include.autopilot.candidate.artifacts import Artifacts
from include.autopilot.candidate.bestlisted import best_of
from include.autopilot.candidate.containers import containers_of
from include.autopilot.candidate.descriptions import Description, describe_automl_job, list_candidates
from include.autopilot.candidate.images import FEATURIZER, algorithm_of, repository
from include.autopilot.candidate.inferred import infer_pipeline
from include.autopilot.candidate.objective import (
    implied_problem_type,
    objective_of,
    problem_type_of,
    target_of,
    trained_objective,
    trained_problem_type,
)
from include.autopilot.candidate.refusal import says_ensembling, why_not, why_not_candidate
from include.autopilot.candidate.stated import NOTHING, Stated
from include.autopilot.candidate.steps import Steps, find_steps
from include.autopilot.candidate.survey import (
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
    stated: Stated = NOTHING,
) -> Survey:
    """Look at a candidate of an Autopilot job.

    :param candidate: its name; None: the best one.
    :param stated: what its artifacts may not tell.
    :raises MissingResourceError: the job does not exist (or is not recorded).
    :raises CandidateError: it has no candidate of that name.
    """
    survey = Survey(label=automl_job, automl_job=automl_job)
    _read_job(survey, sagemaker, automl_job, candidate)
    survey.target = target_of(survey.job) or stated.target
    survey.refuse(why_not(survey.job, survey.label))
    if not survey.candidate:
        ended = f"is {text_at(survey.job, 'AutoMLJobStatus')} but" if "AutoMLJobStatus" in survey.job else "has"
        survey.refuse(f"{survey.label} {ended} left no finished candidate. Search again with more time.")
    survey.refuse(why_not_candidate(survey.candidate, survey.label))
    if survey.candidate:
        _read_steps(survey, sagemaker)
    _read_problem(survey, stated)
    if survey.candidate:
        check_parts(survey, artifacts)
        check_problem(survey)
        _read_containers(survey)
        _read_files_and_tags(survey, sagemaker, artifacts, stated)
        _list_unknown(survey)
    _tell_unused(survey, stated)
    return survey


def _read_job(survey: Survey, sagemaker: SageMakerClient, automl_job: str, candidate: str | None) -> None:
    try:
        survey.kind, survey.job = describe_automl_job(sagemaker, automl_job)
    except NotRecordedError as error:
        try:
            candidates = list_candidates(sagemaker, automl_job)
        except NotRecordedError:
            raise error from None
        survey.candidate = _named(candidates, candidate, automl_job) if candidate else _best(candidates, survey)
        job = f"{error}, which describes the Autopilot job"
        if (text_at(survey.candidate, "CandidateName") or "").lower() == automl_job.lower():
            # A candidate that was asked for by its own name.
            survey.automl_job, job = None, "the description of the Autopilot job"
        survey.missing.insert(0, job)
    else:
        best = mapping_at(survey.job, "BestCandidate")
        if candidate is not None and (text_at(best, "CandidateName") or "").lower() != candidate.lower():
            best = _named(list_candidates(sagemaker, automl_job, candidate), candidate, automl_job)
        survey.candidate = best
        told = text_at(survey.job, "AutoMLJobName") or automl_job
        if told.lower() == automl_job.lower():
            # As SageMaker writes it: it does not mind capital letters, and an address has none.
            survey.label = survey.automl_job = told
    survey.name = text_at(survey.candidate, "CandidateName")


def _named(candidates: Sequence[Description], name: str, automl_job: str) -> Description:
    known = {(text_at(entry, "CandidateName") or "").lower(): entry for entry in candidates}
    if name.lower() not in known:
        raise CandidateError(f"{automl_job} has no candidate {name}. ListCandidatesForAutoMLJob shows its names.")
    return known[name.lower()]


def _best(candidates: Sequence[Description], survey: Survey) -> Description:
    """Return the best of the candidates, where only their list says which one that is."""
    best = best_of(candidates)
    if best is None:
        raise CandidateError(
            f"{survey.label}: {len(candidates)} candidates are listed, they do not tell which of them is the best, and "
            "the job's own description, which says so, is not there. Name a candidate."
        )
    if len(candidates) > 1:
        name = text_at(best, "CandidateName")
        survey.warnings.append(f"{name} is the best of the {len(candidates)} candidates that are listed.")
    return best


def _read_steps(survey: Survey, sagemaker: SageMakerClient) -> None:
    survey.containers = containers_of(survey.candidate)
    try:
        survey.steps = find_steps(survey.candidate, survey.label)
    except CandidateError as error:
        if not says_ensembling(survey.job, survey.containers):
            survey.refuse(error)
            return
        survey.steps = Steps((), ensembling=True)
    if survey.is_ensemble:
        return
    for role, kind in JOBS.items():
        step = survey.steps.get(role)
        _describe(survey, sagemaker, role, kind, step.name if step else None)
    _tell_training_jobs_apart(survey, survey.steps)
    if "featurize" in survey.described:
        _describe(survey, sagemaker, "featurizer", "Model", text_at(survey.described["featurize"], "ModelName"))
    elif survey.refusal is None:
        survey.missing.append("the featurizer's model, which only the description of the featurize job names")


def _read_containers(survey: Survey) -> None:
    """Check the containers that the candidate tells; where it does not, none were left out, they are not known."""
    if at(survey.candidate, "InferenceContainers") is not None:
        check_containers(survey)
    elif survey.refusal is None and (survey.is_ensemble or not infer_pipeline(survey, "the candidate does not tell")):
        survey.missing.append("the candidate's InferenceContainers")


def _list_unknown(survey: Survey) -> None:
    """List what somebody has to state of a candidate that can be replayed."""
    if survey.refusal is not None or survey.is_ensemble:
        return
    if survey.problem_type is None:
        survey.missing.append("the problem type, which nothing that is there tells (--problem-type TYPE states it)")
    if survey.target is None:
        survey.missing.append("the target column, which nothing that is there names (--target COLUMN states it)")


def _tell_unused(survey: Survey, stated: Stated) -> None:
    """Say of what was stated and told otherwise that it is not used."""
    for what, given, used in (
        ("target", stated.target, survey.target),
        ("problem type", stated.problem_type, survey.problem_type),
    ):
        if given is not None and used is not None and given != used:
            survey.warnings.append(f"The {what} given, {given}, is not the one that is told, {used}, which is used.")


def _describe(survey: Survey, sagemaker: SageMakerClient, role: str, kind: str, name: str | None) -> None:
    """Add one description; what is only told for people must not stop a refusal from being told."""
    try:
        describe_part(survey, sagemaker, role, kind, name)
    except ClientError:
        if survey.refusal is None:
            raise


def _tell_training_jobs_apart(survey: Survey, steps: Steps) -> None:
    """Let the images say which training job fitted the featurizer and which one trained the algorithm."""
    images = {
        role: text_at(survey.described.get(role), "AlgorithmSpecification", "TrainingImage") or ""
        for role in ("fit", "train")
    }
    fitted = {role for role, image in images.items() if repository(image) == FEATURIZER}
    trained = {role for role, image in images.items() if algorithm_of(image) is not None}
    if fitted <= {"train"} and trained <= {"fit"} and fitted | trained:
        survey.steps = steps.exchanged()
        other = {"fit": "train", "train": "fit"}
        survey.described = {other.get(role, role): told for role, told in survey.described.items()}
    elif not steps.certain and not fitted | trained:
        survey.refuse(
            f"{survey.label}: it is not known which of {' and '.join(_names(steps))} fitted the featurizer and which "
            "trained the algorithm: neither their order nor their descriptions say so."
        )


def _names(steps: Steps) -> list[str]:
    return [step.name for step in steps.all if step.role in ("fit", "train")]


def _read_files_and_tags(survey: Survey, sagemaker: SageMakerClient, artifacts: Artifacts, stated: Stated) -> None:
    try:
        find_columns(survey, artifacts, stated)
        find_tags(survey, sagemaker)
    except ClientError:
        if survey.refusal is None:
            raise


def _read_problem(survey: Survey, stated: Stated) -> None:
    try:
        survey.problem_type = problem_type_of(survey.job, survey.label)
    except CandidateError:
        trained = trained_problem_type(survey.described.get("train", {}))
        implied = implied_problem_type(survey.candidate, len(survey.containers))
        survey.problem_type = trained or implied or stated.problem_type
        if trained or implied:
            source = "the algorithm's hyperparameters" if trained else "its containers and metric"
            survey.warnings.append(f"The job does not tell its problem type: {survey.problem_type} by {source}.")
    try:
        survey.objective = objective_of(survey.job, survey.candidate, survey.label)
    except CandidateError as error:
        survey.objective = trained_objective(survey.described.get("train", {}))
        if survey.objective is not None:
            survey.warnings.append(f"{error} {survey.objective.metric}, what the algorithm was tuned for, is used.")
        elif survey.candidate:
            _without_objective(survey, error)


def _without_objective(survey: Survey, error: CandidateError) -> None:
    """Refuse, unless the description of the algorithm's training job may tell, which was not recorded."""
    tuned = survey.steps is not None and not survey.is_ensemble
    if tuned and "train" not in survey.described and survey.missing:
        survey.missing.append("the objective, which the description of the train job may tell")
    else:
        survey.refuse(error)
