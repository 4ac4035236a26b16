"""How the api-server reads S3: by the connection of the tasks, with a short patience, since somebody waits."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.autopilot.settings.config import ModelConfig

# Models that are looked at together, and objects of one that are read together.
MODELS_AT_ONCE, _REQUESTS_AT_ONCE = 8, 64
# So long a connection that somebody changes in Airflow may stay unnoticed.
_SECONDS = 300


def s3_of(model: ModelConfig) -> S3Client:
    """Return a client that encrypts the little it writes as the model's YAML says.

    :raises BotoCoreError: the connection is none for AWS: no region, say.
    """
    found: S3Client = _client(model.encryption, int(time.monotonic() // _SECONDS))
    return found


@lru_cache(maxsize=8)
def _client(encryption: Any, _period: int) -> Any:
    """Make a client for all models that encrypt in the same way: making one takes longer than reading a model."""
    from airflow_sagemaker_once.clients import connect_briefly
    from include.autopilot.s3.encryption import encrypting

    return encrypting(connect_briefly("s3", at_once=_REQUESTS_AT_ONCE), encryption, "the model")
