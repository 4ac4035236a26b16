"""The task that tells Airflow of a new champion: what waits for the champion's Asset (scoring, deploying) starts."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

# What a promotion or a rollback returns as ``kind`` where the champion is another one now.
_MOVES = ("promoted", "rolled_back")

log = logging.getLogger(__name__)


def announce(moved: dict[str, Any]) -> None:
    """Succeed, which updates the Asset, or be skipped, which does not, where the champion stays."""
    if moved["kind"] not in _MOVES:
        raise AirflowSkipException("The champion stays, so there is nothing to announce.")
    log.info("a new champion: %s", moved["sentence"])
