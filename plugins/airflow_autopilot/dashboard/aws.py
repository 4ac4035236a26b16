"""How the api-server reads AWS: by the connection of the tasks, with a short patience, since somebody waits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.autopilot.overview.underway import Asked
    from include.autopilot.settings.config import ModelConfig

# Models that are looked at together, and objects of one that are read together.
MODELS_AT_ONCE, _REQUESTS_AT_ONCE = 8, 64
# So long a connection that somebody changes in Airflow may stay unnoticed.
_SECONDS = 300
_MOST_JOBS = 50


def s3_of(model: ModelConfig) -> S3Client:
    """Return a client that encrypts the little it writes as the model's YAML says.

    :raises BotoCoreError: the connection is none for AWS: no region, say.
    """
    found: S3Client = _client("s3", model.encryption, int(time.monotonic() // _SECONDS))
    return found


def sagemaker() -> Any:
    """Return a client.

    :raises BotoCoreError: as of :func:`s3_of`.
    """
    return _client("sagemaker", None, int(time.monotonic() // _SECONDS))


def asked() -> Asked:
    """Return how SageMaker is asked for jobs in progress."""
    from airflow_sagemaker_once.expectation import expected_seconds
    from airflow_sagemaker_once.kinds import BY_MEMBER
    from include.autopilot.overview.underway import Asked

    client = sagemaker()

    def listed(kind: str, part: str) -> Sequence[Mapping[str, Any]]:
        return BY_MEMBER[kind].summaries(client, NameContains=part, StatusEquals="InProgress", MaxResults=_MOST_JOBS)

    return Asked(client, listed, lambda kind, name: expected_seconds(client, BY_MEMBER[kind], name))


@lru_cache(maxsize=8)
def _client(service: str, encryption: Any, _period: int) -> Any:
    """Make a client for all models that encrypt in the same way: making one takes longer than reading a model."""
    from airflow_sagemaker_once.clients import connect_briefly
    from include.autopilot.s3.encryption import encrypting

    client = connect_briefly(service, at_once=_REQUESTS_AT_ONCE)
    return encrypting(client, encryption, "the model") if service == "s3" else client
