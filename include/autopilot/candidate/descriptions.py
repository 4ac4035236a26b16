"""The SageMaker edge: describe one thing by name, list what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingResourceError, NotRecordedError
from include.autopilot.base.lenient import items_at

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

Description = dict[str, Any]

# kind -> (method, the member that takes the name).
_DESCRIBE = {
    "TrainingJob": ("describe_training_job", "TrainingJobName"),
    "TransformJob": ("describe_transform_job", "TransformJobName"),
    "ProcessingJob": ("describe_processing_job", "ProcessingJobName"),
    "Model": ("describe_model", "ModelName"),
    "AutoMLJob": ("describe_auto_ml_job", "AutoMLJobName"),
    "AutoMLJobV2": ("describe_auto_ml_job_v2", "AutoMLJobName"),
    "HyperParameterTuningJob": ("describe_hyper_parameter_tuning_job", "HyperParameterTuningJobName"),
}
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
# What a service, a policy or a recorder that knows the first API only answers to the second one.
_NO_V2 = _DENIED | {"UnknownOperationException", "ValidationException"}
_CODES = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
# SageMaker reports a missing job or model as a ValidationException; only the text tells it from a malformed name.
_TEXTS = ("could not find", "not found", "does not exist", "requested resource")


def describe(sagemaker: SageMakerClient, kind: str, name: str) -> Description:
    """Return the description of a job or model, without the response's own metadata.

    :param kind: TrainingJob, TransformJob, ProcessingJob, Model, AutoMLJob, AutoMLJobV2 or HyperParameterTuningJob.
    :raises MissingResourceError: SageMaker does not know the name.
    """
    method, member = _DESCRIBE[kind]
    try:
        described: Description = getattr(sagemaker, method)(**{member: name})
    except ClientError as error:
        if _is_missing(error):
            raise MissingResourceError(
                f"{kind.removesuffix('V2')} {name} does not exist in this account and region."
            ) from error
        raise
    described.pop("ResponseMetadata", None)
    return described


def is_denied(error: ClientError) -> bool:
    """Whether AWS does not let us, which another role or policy would cure."""
    return error.response["Error"]["Code"] in _DENIED


def describe_automl_job(sagemaker: SageMakerClient, name: str) -> tuple[str, Description]:
    """Return which version of the API describes an Autopilot job, ``AutoMLJob`` or ``AutoMLJobV2``, and what it says.

    The second version describes the jobs of both; the first is asked where the second is refused.

    :raises MissingResourceError: SageMaker does not know the name.
    """
    try:
        described = describe(sagemaker, "AutoMLJobV2", name)
    except NotRecordedError:
        described = describe(sagemaker, "AutoMLJob", name)
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] not in _NO_V2:
            raise
        described = _first_version(sagemaker, name, refusal)
    second = {"AutoMLProblemTypeConfig", "AutoMLJobInputDataConfig"} & set(described)
    return "AutoMLJobV2" if second else "AutoMLJob", described


def list_candidates(sagemaker: SageMakerClient, automl_job: str, name: str | None = None) -> list[Description]:
    """Return the candidates of an Autopilot job, or the one of that name.

    :raises MissingResourceError: SageMaker does not know the job.
    """
    asked: dict[str, Any] = {"AutoMLJobName": automl_job}
    if name is not None:
        asked["CandidateNameEquals"] = name
    return _pages(sagemaker.list_candidates_for_auto_ml_job, "Candidates", asked, f"AutoMLJob {automl_job}")


def list_tags(sagemaker: SageMakerClient, arn: str) -> list[Description]:
    """Return the tags of a job or model.

    :raises MissingResourceError: there is nothing at this address.
    """
    return _pages(sagemaker.list_tags, "Tags", {"ResourceArn": arn}, arn)


def _first_version(sagemaker: SageMakerClient, name: str, refusal: ClientError) -> Description:
    try:
        return describe(sagemaker, "AutoMLJob", name)
    except ClientError:
        # Its own refusal would say that it cannot describe jobs of the second version.
        raise refusal from None


def _pages(method: Any, member: str, asked: Mapping[str, Any], what: str) -> list[Description]:
    found: list[Description] = []
    token: dict[str, str] = {}
    while True:
        try:
            page = method(**asked, **token)
        except ClientError as error:
            if _is_missing(error):
                raise MissingResourceError(f"{what} does not exist in this account and region.") from error
            raise
        found += items_at(page, member)
        if not page.get("NextToken"):
            return found
        token = {"NextToken": page["NextToken"]}


def _is_missing(error: ClientError) -> bool:
    details = error.response["Error"]
    message = details.get("Message", "").lower()
    code = details.get("Code", "")
    return code in _CODES or (code == "ValidationException" and any(text in message for text in _TEXTS))
