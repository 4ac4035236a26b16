"""Looking at a candidate by the names of its transform and training jobs, where its Autopilot job is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.autopilot.base.errors import NotRecordedError
from include.autopilot.base.lenient import items_at, text_at
from include.autopilot.candidate.artifacts import Artifacts, featurizer_container
from include.autopilot.candidate.inferred import infer_pipeline
from include.autopilot.candidate.objective import trained_objective, trained_problem_type
from include.autopilot.candidate.stated import NOTHING, Stated
from include.autopilot.candidate.survey import (
    Survey,
    check_parts,
    describe_part,
    find_columns,
    find_tags,
)

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


def survey_steps(
    sagemaker: SageMakerClient,
    artifacts: Artifacts,
    transform_job: str | None,
    training_job: str | None,
    stated: Stated = NOTHING,
    fit_job: str | None = None,
) -> Survey:
    """Look at a candidate of which only the featurize and the train job are named.

    A folder of recorded responses may leave one of the two open (None).

    :param stated: what its artifacts may not tell.
    :param fit_job: the job that fitted the featurizer, where it is known; else it is looked for.
    :raises MissingResourceError: neither of the jobs exists (or is recorded).
    """
    label = " and ".join(job for job in (transform_job, training_job) if job) or str(fit_job)
    survey = Survey(label=label, name=training_job, target=stated.target)
    for role, kind, name, unknown in (
        ("featurize", "TransformJob", transform_job, "the transform job whose output the training job reads"),
        ("train", "TrainingJob", training_job, "the training job of the algorithm"),
    ):
        if name is None:
            survey.missing.append(unknown)
        else:
            describe_part(survey, sagemaker, role, kind, name)
    if fit_job is not None:
        describe_part(survey, sagemaker, "fit", "TrainingJob", fit_job)
    if not survey.described:
        raise survey.refusal or NotRecordedError("; ".join(survey.missing))
    if "featurize" in survey.described:
        model = text_at(survey.described["featurize"], "ModelName")
        describe_part(survey, sagemaker, "featurizer", "Model", model)
    _find_fit(survey, sagemaker)
    _read_trained_problem(survey, stated)
    check_parts(survey, artifacts)
    if infer_pipeline(survey, "no Autopilot job was named that tells them"):
        _compare_jobs(survey)
    if survey.refusal is None:
        find_columns(survey, artifacts, stated)
        find_tags(survey, sagemaker)
    if survey.refusal is None and survey.target is None:
        survey.missing.append("the target column, which neither job names (--target COLUMN states it)")
    return survey


def _read_trained_problem(survey: Survey, stated: Stated) -> None:
    train = survey.described.get("train")
    if train is None:
        survey.problem_type = stated.problem_type
        return
    survey.problem_type = trained_problem_type(train)
    survey.objective = trained_objective(train)
    if survey.problem_type is None:
        survey.refuse(
            f"{survey.label}: the training job's hyperparameters name no objective, predictor_type or problem_type; "
            "it is no training job of Autopilot's hyperparameter tuning."
        )
    elif survey.objective is None:
        survey.refuse(
            f"{survey.label}: the training job's hyperparameters name no _tuning_objective_metric that is known, so it "
            "is not known what better means."
        )


def _find_fit(survey: Survey, sagemaker: SageMakerClient) -> None:
    """Add the job that fitted the featurizer: SageMaker puts its name into the artifact's address."""
    artifact = text_at(featurizer_container(survey.described.get("featurizer")), "ModelDataUrl")
    if artifact is None or "fit" in survey.described:
        return
    parts = artifact.split("/")
    if len(parts) > 5 and parts[-2:] == ["output", "model.tar.gz"]:
        fit = Survey(label=survey.label)
        describe_part(fit, sagemaker, "fit", "TrainingJob", parts[-3])
        if text_at(fit.described.get("fit"), "ModelArtifacts", "S3ModelArtifacts") == artifact:
            survey.described |= fit.described
    if "fit" not in survey.described:
        survey.warnings.append(
            f"The job that fitted the featurizer was not found by its artifact {artifact}: the featurizer can be "
            "reused and not fitted again."
        )


def _compare_jobs(survey: Survey) -> None:
    train = survey.described["train"]
    automl_job = text_at(train, "AutoMLJobArn")
    if automl_job is not None:
        survey.warnings.append(
            f"The training job belongs to the Autopilot job {automl_job.rpartition('/')[2]}: named by it, the "
            "containers are told exactly, and the search can be repeated."
        )
    written = text_at(survey.described.get("featurize"), "TransformOutput", "S3OutputPath")
    channels = items_at(train, "InputDataConfig")
    read = [text_at(channel, "DataSource", "S3DataSource", "S3Uri") or "" for channel in channels]
    if written and read and not any(uri.startswith(written.rstrip("/")) for uri in read):
        survey.warnings.append(f"The training job does not read what the transform job wrote ({written}).")
