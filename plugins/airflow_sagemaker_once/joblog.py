"""A job's own log lines, brought into the task's log after the run; of a tuning job, why its trainings failed."""

from __future__ import annotations

import logging
from typing import Any

from airflow_sagemaker_once.kinds import JobKind

AT_MOST = 2000
_TRAININGS = 5
log = logging.getLogger(__name__)


def lines(client: Any, kind: JobKind, name: str, at_most: int = AT_MOST) -> list[str]:
    """Read the newest log lines of a job, all its instances, oldest first.

    :param client: a boto3 CloudWatch Logs client.
    :return: none for a job without logs; never an exception, since a lost log must not fail a paid job.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    if not kind.log_group:
        return []
    try:
        pages = client.get_paginator("describe_log_streams").paginate(
            logGroupName=kind.log_group, logStreamNamePrefix=f"{name}/"
        )
        streams = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
        events = [event for stream in streams for event in _newest(client, kind.log_group, stream, at_most)]
    except (BotoCoreError, ClientError) as error:
        log.warning("the log of %s %s could not be read: %s", kind.label, name, error)
        return []
    events.sort(key=lambda event: event["timestamp"])
    return [str(event["message"]) for event in events[-at_most:]]


def failed_trainings(client: Any, tuning: str) -> list[str]:
    """Say why trainings of a tuning job failed, of the first few: its own reason says only that they did.

    :param client: a boto3 SageMaker client.
    :return: a line each; none where they cannot be listed, as for :func:`lines`.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    asked = {"HyperParameterTuningJobName": tuning, "StatusEquals": "Failed", "MaxResults": _TRAININGS}
    try:
        found = client.list_training_jobs_for_hyper_parameter_tuning_job(**asked)["TrainingJobSummaries"]
    except (BotoCoreError, ClientError) as error:
        log.warning("the trainings of the tuning job %s could not be listed: %s", tuning, error)
        return []
    reasons = [(one["TrainingJobName"], one.get("FailureReason") or "SageMaker gives no reason") for one in found]
    return [f"{name} failed: {' '.join(reason.split())}" for name, reason in reasons]


def _newest(client: Any, group: str, stream: str, at_most: int) -> list[dict[str, Any]]:
    page = client.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=False, limit=at_most)
    return page["events"]  # type: ignore[no-any-return]
