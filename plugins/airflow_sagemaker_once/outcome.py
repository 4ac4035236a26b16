"""How a job ended: one rule — only Completed is success — and an exception of its own for every other end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from airflow_sagemaker_once import errors
from airflow_sagemaker_once.kinds import Description, JobKind
from airflow_sagemaker_once.quota import never_fits, told_by

_STOPPED = frozenset({"Stopped", "Stopping", "Deleting"})
_BY_SECONDARY: dict[str, type[errors.JobError]] = {
    "MaxRuntimeExceeded": errors.MaxRuntimeExceeded,
    "MaxWaitTimeExceeded": errors.MaxWaitTimeExceeded,
    "Interrupted": errors.Interrupted,
}


def error_for(kind: JobKind, described: Description) -> type[errors.JobError] | None:
    """Give the exception that fits a job's last description, None for a Completed one."""
    status = kind.status(described)
    if status == "Completed":
        return None
    if special := _BY_SECONDARY.get(kind.secondary(described)):
        return special
    reason = str(described.get("FailureReason"))
    if status == "Failed" and ("CapacityError" in reason or told_by(reason)):
        if never_fits(reason):
            return errors.QuotaTooSmall
        # What was trained before would be paid for again as often as there is a pause.
        return errors.JobFailed if kind.worked(described) else errors.NoCapacity
    return errors.JobStopped if status in _STOPPED else errors.JobFailed


def sentence(kind: JobKind, name: str, described: Description, link: str, lines: Sequence[str]) -> str:
    """Say how the job ended, why, and where to look: SageMaker's own words, the console link, the last log lines."""
    reason = described.get("FailureReason") or "SageMaker gives no reason"
    detail = kind.secondary(described) or "no detail"
    said = f"The {kind.label} {name} ended {kind.status(described)} ({detail}): {reason}\n{link}"
    which = f"Its last {len(lines)} log lines:" if kind.log_group else "Of its trainings:"
    return "\n".join((said, which, *lines)) if lines else said


def summary(kind: JobKind, name: str, described: Description, action: str) -> dict[str, Any]:
    """Give what later tasks and the report need, under 1 kB: ISO times, seconds, no description.

    :param action: ``created``, ``adopted`` or ``reused``.
    """
    started = _first(described, "TrainingStartTime", "TransformStartTime", "ProcessingStartTime", "CreationTime")
    ended = ended_at(described)
    return {
        "kind": kind.member,
        "name": name,
        "arn": described[kind.arn_member],
        "status": kind.status(described),
        "action": action,
        "uri": kind.result(described),
        "started": started.isoformat(timespec="seconds") if started else None,
        "ended": ended.isoformat(timespec="seconds") if ended else None,
        "seconds": round((ended - started).total_seconds(), 1) if started and ended else 0.0,
        "billable_seconds": described.get("BillableTimeInSeconds"),
    }


def lifetime(described: Description) -> float:
    """Give the seconds between the creation of a job and its end; 0 where it does not tell both."""
    created, ended = described.get("CreationTime"), ended_at(described)
    return max((ended - created).total_seconds(), 0.0) if created and ended else 0.0


def ended_at(described: Description) -> datetime | None:
    """Give when a job ended, as its description or a list tells it; None where neither does."""
    return _first(
        described, "TrainingEndTime", "TransformEndTime", "ProcessingEndTime", "HyperParameterTuningEndTime", "EndTime"
    )


def _first(described: Description, *members: str) -> datetime | None:
    return next((described[member] for member in members if described.get(member)), None)
