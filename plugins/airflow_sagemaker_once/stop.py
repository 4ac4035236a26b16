"""Stopping a job so that the bill really ends."""

from __future__ import annotations

import logging
import time
from typing import Any

from airflow_sagemaker_once.kinds import LIVE, MODEL, JobKind
from airflow_sagemaker_once.submit import find

SECONDS_TO_CONFIRM = 30.0
_PAUSE_SECONDS = 1.0
log = logging.getLogger(__name__)


def stop_and_confirm(client: Any, kind: JobKind, name: str) -> str:
    """Stop a running job and wait until AWS says Stopping or Stopped; gives the status it then has.

    A job that has ended meanwhile is left as it is.
    """
    from botocore.exceptions import ClientError

    found = None if kind is MODEL else find(client, kind, name)
    if found is None:
        return "absent"
    if kind.status(found) in LIVE - {"Stopping"}:
        try:
            kind.stop(client, name)
        except ClientError as error:
            # It ended between the two calls: SageMaker refuses to stop a finished job.
            if error.response["Error"]["Code"] != "ValidationException":
                raise
    until = time.monotonic() + SECONDS_TO_CONFIRM
    while (status := kind.status(kind.describe(client, name))) == "InProgress" and time.monotonic() < until:
        time.sleep(_PAUSE_SECONDS)
    log.info("%s %s is %s", kind.label, name, status)
    return status
