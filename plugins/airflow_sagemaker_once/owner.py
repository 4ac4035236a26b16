"""Whose job it is: tags that name the dag, the run, the task, the map index and the generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import Context

TAG_PREFIX = "airflow-autopilot:"
_LONGEST_TAG_VALUE = 256


def generation_of(context: Context) -> int:
    """Give the task's generation: 0 until it is cleared, then the number of the try that was cleared last.

    Clearing raises ``max_tries`` to that number and the task's retries; a retry leaves it as it is.
    """
    granted = context["ti"].max_tries or 0
    return max(0, granted - (context["task"].retries or 0))


def generation_name(name: str, generation: int) -> str:
    """Give the name of a generation's job: the first has the plain name, later ones ``-g<generation>``."""
    return f"{name}-g{generation}" if generation else name


def is_last_try(context: Context) -> bool:
    """Whether Airflow will not try again if this try fails."""
    return context["ti"].try_number > (context["ti"].max_tries or 0)


def owner_tags(context: Context) -> dict[str, str]:
    """Give the tags that prove whose job it is, before it is adopted or stopped."""
    instance = context["ti"]
    owner = {
        "dag": instance.dag_id,
        "run": instance.run_id,
        "task": instance.task_id,
        "map-index": str(instance.map_index),
        "generation": str(generation_of(context)),
    }
    return {TAG_PREFIX + key: value for key, value in owner.items()}


def proof(request: Mapping[str, Any], owner: Mapping[str, str]) -> dict[str, str]:
    """Give all tags that prove whose job a request's is, as AWS keeps them.

    :param request: its own tags of ours, such as the digest of the template it was made from, count too.
    :param owner: the tags of the task instance.
    """
    own = {tag["Key"]: tag["Value"] for tag in request.get("Tags", []) if tag["Key"].startswith(TAG_PREFIX)}
    return {key: value[:_LONGEST_TAG_VALUE] for key, value in {**own, **owner}.items()}


def tags_of(client: Any, arn: str) -> dict[str, str]:
    """Ask for all tags of a job or model."""
    pages = client.get_paginator("list_tags").paginate(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
