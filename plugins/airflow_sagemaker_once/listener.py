"""Stops the job of a deferred task that a person marks failed or successful, by itself or with its whole run.

The triggerer does the same when it notices (``JobTrigger.on_kill``). It never does if it is down at that moment:
Airflow forgets the trigger before the next triggerer starts. This runs where the mark is made, in the api-server.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from airflow.listeners import hookimpl

_TRIGGER = "airflow_sagemaker_once.trigger.JobTrigger"
log = logging.getLogger(__name__)


@hookimpl
def on_task_instance_failed(previous_state: Any, task_instance: Any) -> None:
    """Stop the job of a task marked failed."""
    stop_job_of(previous_state, task_instance)


@hookimpl
def on_task_instance_success(previous_state: Any, task_instance: Any) -> None:
    """Stop the job of a task marked successful."""
    stop_job_of(previous_state, task_instance)


def stop_job_of(previous_state: Any, task_instance: Any) -> threading.Thread | None:
    """Stop, in the background, the job that a marked task waits for; gives the thread, None if there is nothing to do.

    :param previous_state: None if a person marked the task, else Airflow tells of an end of its own.
    :param task_instance: Airflow's database row; in a worker something else, which has no trigger.
    """
    trigger = getattr(task_instance, "trigger", None) if previous_state is None else None
    if trigger is None or trigger.classpath != _TRIGGER:
        return None
    # The person who clicked does not wait for AWS.
    thread = threading.Thread(target=_stop, args=(dict(trigger.kwargs),), name="stop job", daemon=True)
    thread.start()
    return thread


def _stop(kwargs: dict[str, Any]) -> None:
    from airflow_sagemaker_once.clients import connect
    from airflow_sagemaker_once.kinds import BY_MEMBER
    from airflow_sagemaker_once.stop import stop_and_confirm

    try:
        if kwargs.get("owned"):
            client = connect(kwargs["aws_conn_id"], kwargs["region_name"])
            stop_and_confirm(client, BY_MEMBER[kwargs["member"]], kwargs["name"])
    except Exception:
        # Nothing may break the click; the triggerer, if there is one, stops the job as well.
        log.exception("the job %s could not be stopped from here", kwargs.get("name"))
