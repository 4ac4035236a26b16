"""Looking at a candidate by the names of its transform and training jobs, where its Autopilot job is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.autopilot.errors import NotRecordedError
from include.autopilot.lenient import items_at, text_at
from include.autopilot.objective import trained_objective, trained_problem_type
from include.autopilot.survey.artifacts import Artifacts, featurizer_container
from include.autopilot.survey.containers import infer_containers
from include.autopilot.survey.survey import (
    Survey,
    check_containers,
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
    columns: Sequence[str] | None = None,
    target: str | None = None,
    fit_job: str | None = None,
) -> Survey:
    """Look at a candidate of which only the featurize and the train job are named.

    A folder of recorded responses may leave one of the two open (None).

    :param target: the target column, where no generated module is found that names it.
    :param fit_job: the job that fitted the featurizer, where it is known; else it is looked for.
    :raises MissingResourceError: neither of the jobs exists (or is recorded).
    """
    label = " and ".join(job for job in (transform_job, training_job) if job) or str(fit_job)
    survey = Survey(label=label, name=training_job, target=target)
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
    _read_trained_problem(survey)
    check_parts(survey, artifacts)
    if survey.refusal is None and survey.problem_type and {"featurizer", "train"} <= set(survey.described):
        _infer_pipeline(survey)
    if survey.refusal is None:
        find_columns(survey, artifacts, columns)
        find_tags(survey, sagemaker)
    if survey.refusal is None and survey.target is None:
        survey.missing.append("the target column, which neither job names")
    return survey


def _read_trained_problem(survey: Survey) -> None:
    train = survey.described.get("train")
    if train is None:
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


def _infer_pipeline(survey: Survey) -> None:
    train, featurizer = survey.described["train"], survey.described["featurizer"]
    survey.containers = infer_containers(featurizer, train, survey.problem_type or "")
    check_containers(survey, kind="training job")
    survey.warnings.append(
        f"The {len(survey.containers)} inference containers are inferred from the jobs, as Autopilot makes them for "
        f"{survey.problem_type}: no Autopilot job was named that tells them. Images, artifacts and environments of the "
        "featurizer are its model's; the rest is Autopilot's usual environment."
    )
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
