"""Who a job belongs to when one run of a task follows another: after a clear, and after Airflow gave a task up."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from airflow_sagemaker_once.errors import NameTaken
from airflow_sagemaker_once.kinds import LIVE, MODEL, Description, JobKind
from airflow_sagemaker_once.owner import TAG_PREFIX, generation_name, proof, tags_of
from airflow_sagemaker_once.secrecy import Mask
from airflow_sagemaker_once.stop import stop_and_confirm
from airflow_sagemaker_once.submit import Submission, find, is_owned

# Airflow gives a killed task five seconds in all; what is left of them must do for stopping the job.
_SECONDS_TO_ANSWER = 3.5
_CLEARED = "restarting"
_NO_KEY = "airflow_autopilot.never_set"


def stop_earlier_generations(client: Any, kind: JobKind, name: str, owner: Mapping[str, str]) -> None:
    """Stop what this task's earlier generations still run, so that clearing a task never leaves two jobs running.

    Usually the triggerer or the worker has done it at the moment of the clear; neither can if it was down.

    :param name: the job's name without generation.
    :param owner: the tags of the generation that begins.
    """
    if kind is MODEL:
        return
    for earlier, found in _earlier(client, kind, name, owner):
        tags = proof({}, earlier)
        if kind.status(found) in LIVE and tags.items() <= tags_of(client, found[kind.arn_member]).items():
            stop_and_confirm(client, kind, found[kind.name_member])


def finished_earlier(
    client: Any, kind: JobKind, request: Mapping[str, Any], name: str, owner: Mapping[str, str], mask: Mask
) -> Submission | None:
    """Find the newest Completed job of this task's earlier generations that is what the request asks for.

    :param name: the job's name without generation; ``owner``: the tags of the generation that begins.
    """
    usable = None
    for earlier, found in _earlier(client, kind, name, owner):
        if kind.status(found) != "Completed":
            continue
        with suppress(NameTaken):  # made for another request
            if is_owned(client, kind, found, [request], proof(request, earlier), mask):
                usable = Submission(found[kind.name_member], found, "reused", owned=True)
    return usable


def _earlier(
    client: Any, kind: JobKind, name: str, owner: Mapping[str, str]
) -> Iterator[tuple[dict[str, str], Description]]:
    """Give the jobs of earlier generations, oldest first, each with the tags of its generation."""
    key = f"{TAG_PREFIX}generation"
    for earlier in range(int(owner[key])):
        base, attempt = generation_name(name, earlier), 0
        while found := find(client, kind, f"{base}-r{attempt}" if attempt else base):
            attempt += 1
            yield {**owner, key: str(earlier)}, found


def is_taken_over(context: Any) -> bool:
    """Whether Airflow has given up this try of a task that goes on in another one, which will adopt the job.

    A scheduler that comes back does so with the tasks of its predecessor, and Airflow ends the old process as it does
    when a person acts. Only the task instance tells: its id is gone, for the next try has a new one; and it is not
    ``restarting``, as it is when a person has cleared it. Before Airflow 3.3 nobody can tell, so the answer is False.

    :param context: the context of the task that is being killed.
    """
    if context is None or "task_state_store" not in context:
        return False
    answers: list[bool] = []
    # In a thread: a signal may have interrupted the very call that holds the line to the supervisor.
    thread = threading.Thread(target=lambda: answers.append(_ask(context)), name="taken over?", daemon=True)
    thread.start()
    thread.join(_SECONDS_TO_ANSWER)
    return any(answers)


def _ask(context: Any) -> bool:
    from airflow.sdk.exceptions import AirflowRuntimeError

    instance = context["ti"]
    try:
        context["task_state_store"].delete(_NO_KEY)
        return False
    except AirflowRuntimeError as error:
        if (error.error.detail or {}).get("status_code") != HTTPStatus.NOT_FOUND:
            return False
    try:
        states = instance.get_task_states(
            dag_id=instance.dag_id,
            task_ids=[instance.task_id],
            run_ids=[instance.run_id],
            map_index=instance.map_index,
        )
    except AirflowRuntimeError:
        return False
    return _CLEARED not in states.get(instance.run_id, {}).values()
