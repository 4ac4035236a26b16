"""The SageMaker edge: describe one thing by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.errors import MissingResourceError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

Description = dict[str, Any]

# kind -> (method, the member that takes the name). DescribeAutoMLJobV2 also describes jobs made with the first API.
_DESCRIBE = {
    "TrainingJob": ("describe_training_job", "TrainingJobName"),
    "TransformJob": ("describe_transform_job", "TransformJobName"),
    "ProcessingJob": ("describe_processing_job", "ProcessingJobName"),
    "Model": ("describe_model", "ModelName"),
    "AutoMLJob": ("describe_auto_ml_job_v2", "AutoMLJobName"),
}
_CODES = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
# SageMaker reports a missing job or model as a ValidationException; only the text tells it from a malformed name.
_TEXTS = ("could not find", "not found", "does not exist", "requested resource")


def describe(sagemaker: SageMakerClient, kind: str, name: str) -> Description:
    """Return the description of a job or model, without the response's own metadata.

    :param kind: TrainingJob, TransformJob, ProcessingJob, Model or AutoMLJob.
    :raises MissingResourceError: SageMaker does not know the name.
    """
    method, member = _DESCRIBE[kind]
    try:
        described: Description = getattr(sagemaker, method)(**{member: name})
    except ClientError as error:
        if _is_missing(error):
            raise MissingResourceError(f"{kind} {name} does not exist in this account and region.") from error
        raise
    described.pop("ResponseMetadata", None)
    return described


def _is_missing(error: ClientError) -> bool:
    details = error.response["Error"]
    message = details.get("Message", "").lower()
    code = details.get("Code", "")
    return code in _CODES or (code == "ValidationException" and any(text in message for text in _TEXTS))
