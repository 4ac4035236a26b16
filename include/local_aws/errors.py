"""The errors an AWS service answers with: a code, a sentence and an HTTP status."""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """An error in the form AWS clients understand.

    ``code`` is what boto3 shows in ``error.response["Error"]["Code"]``, ``members`` are further members of the answer.
    Every status here is one that boto3 does not
    retry, except the 500 of :class:`InternalFailure`.
    """

    code = "InternalFailure"
    status = 400

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members = members


class ValidationException(AwsError):
    """The request breaks a rule of the service; also SageMaker's answer for most unknown resources."""

    code = "ValidationException"


class ResourceInUse(AwsError):
    """The name is taken."""

    code = "ResourceInUse"


class ConflictException(AwsError):
    """The resource is not in a state for this: the registry's answer where it documents one."""

    code = "ConflictException"


class ResourceNotFound(AwsError):
    """The resource does not exist, for the operations that say so with this code (AutoML)."""

    code = "ResourceNotFound"


class ResourceLimitExceeded(AwsError):
    """More than the account's quota: this machine is one instance, or as many as a job can be divided into."""

    code = "ResourceLimitExceeded"


class SerializationException(AwsError):
    """The body is not JSON, or a value has another JSON type than the service model says."""

    code = "SerializationException"


class UnknownOperation(AwsError):
    """SageMaker has no operation of this name."""

    code = "UnknownOperationException"


class NotDone(AwsError):
    """AWS does this and the embedded endpoint does not; the message says what, what to do instead and where to look."""

    code = "NotImplementedException"

    def __init__(self, what: str, instead: str = "") -> None:
        told = f": {instead}" if instead else ""
        super().__init__(f"{what} is not done by the embedded AWS endpoint{told}; docs/local.md lists what it does.")


class ValidationError(AwsError):
    """What SageMaker's runtime calls a ValidationException."""

    code = "ValidationError"


class ModelError(AwsError):
    """A container of an endpoint answered with an error, or not at all."""

    code = "ModelError"
    status = 424


class InternalFailure(AwsError):
    """A defect of the embedded endpoint itself; the traceback is in its log."""

    code = "InternalFailure"
    status = 500
