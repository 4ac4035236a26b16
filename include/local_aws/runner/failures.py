"""How a job ends early, in AWS's words."""

from __future__ import annotations

from pathlib import Path

from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runner.processes import LOST, Ended

_LONGEST_REASON = 1024  # FailureReason's max length in the service model
_CLIENT_ERROR = 2  # the exit code by which a container blames the customer's data or settings


class JobFailed(Exception):
    """The job cannot go on; the message is its FailureReason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason[:_LONGEST_REASON])


class JobStopped(Exception):
    """Somebody called Stop, or the job ended as ``secondary`` says: MaxWaitTimeExceeded, Interrupted."""

    def __init__(self, secondary: str = "Stopped") -> None:
        super().__init__(secondary)
        self.secondary = secondary


class JobInterrupted(Exception):
    """The job's spot instance was taken away; it can be started again."""


class JobLost(JobFailed):
    """The process that the job was forked from has gone, and with it all knowledge of the job."""

    def __init__(self) -> None:
        super().__init__("InternalServerError: The process that runs the jobs has ended. Please try again.")


class EndpointStopping(Exception):
    """The endpoint itself is being stopped: leave the job as it is, the next start tells what happened to it."""


def container_failed(ended: Ended, folder: Path, failure: str) -> JobFailed:
    """Return the failure of a container that ended by itself, with what it wrote to its ``failure`` file, if it did."""
    if ended.ended_by == LOST:
        return JobLost()
    return JobFailed(container_failure(written_to(folder, failure), ended.exit_code))


def written_to(folder: Path, failure: str, errors: str = "replace") -> str:
    """Return what a container wrote to a file in ``folder``, to its failure file say; nothing if there is none there.

    :param errors: what becomes of bytes that are not UTF-8.
    """
    try:
        file = inside(folder, failure)
    except LeavesFolder:
        return ""
    return file.read_text(encoding="utf-8", errors=errors) if file.is_file() else ""


def container_failure(written: str, exit_code: int) -> str:
    """Return the FailureReason of a container that ended with ``exit_code`` and wrote ``written`` to its failure file.

    A negative exit code is the number of the signal that ended it; AWS shows 128 + signal, as a shell does.
    """
    code = 128 - exit_code if exit_code < 0 else exit_code
    family = "ClientError" if code == _CLIENT_ERROR else "AlgorithmError"
    suffix = f", exit code: {code}"
    text = f"{family}: {written.strip() or 'See job logs for more information'}"
    return text[: _LONGEST_REASON - len(suffix)] + suffix
