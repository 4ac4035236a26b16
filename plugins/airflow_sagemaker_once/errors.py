"""What can go wrong with a job, each end with a class of its own; the message says what to do next."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowException, AirflowFailException


class JobError(AirflowException):
    """A SageMaker job did not end well; the message names the job, its status, AWS's reason and its last log lines."""


class JobFailed(JobError):
    """SageMaker reports the job Failed."""


class EndpointFailed(JobFailed, AirflowFailException):
    """An endpoint failed under the task's own hands; no retry, which would delete what may still serve."""


class JobStopped(JobError):
    """Somebody stopped the job."""


class MaxRuntimeExceeded(JobStopped):
    """SageMaker stopped the job because it ran longer than its MaxRuntimeInSeconds."""


class MaxWaitTimeExceeded(JobStopped):
    """SageMaker stopped the job because waiting for spot capacity and running took longer than MaxWaitTimeInSeconds."""


class Interrupted(JobStopped):
    """Spot capacity was taken away and not given back."""


class NoCapacity(JobFailed):
    """AWS had no instance of the type, or the account's quota was used up, for longer than the task may wait."""


class DeadlinePassed(JobError):
    """The job was not done when the task's own deadline passed; it has been stopped."""


class NameTaken(AirflowFailException):
    """A resource of that name exists but was made for another request, so it must not be adopted; no retry helps."""


class RequestRefused(AirflowFailException):
    """AWS refused the request as invalid or not allowed; asking again will not help, so the task is not retried."""


class QuotaTooSmall(JobFailed, AirflowFailException):
    """The account's quota is 0 or below what the request asks for, so no waiting and no retry can help."""
