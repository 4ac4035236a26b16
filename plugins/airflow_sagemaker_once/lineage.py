"""Descriptions as the provider's OpenLineage methods read them."""

from __future__ import annotations

import logging
from typing import Any

from airflow.providers.amazon.aws.operators.sagemaker import serialize

from airflow_sagemaker_once.kinds import Description

log = logging.getLogger(__name__)


def plain(described: Description) -> dict[str, Any]:
    """Give a description as the provider's operators keep it: JSON values only."""
    return serialize(dict(described))


def model(client: Any, name: str) -> dict[str, Any]:
    """Describe a transform's model; empty where that cannot be done, since lineage must not fail what is paid for."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return plain({"PrimaryContainer": {}, **client.describe_model(ModelName=name)})
    except (BotoCoreError, ClientError) as error:
        log.warning("lineage without the model %s, which cannot be described: %s", name, error)
        return {"PrimaryContainer": {}}
