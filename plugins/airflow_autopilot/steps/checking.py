"""The tasks of the retraining DAG that can stop a run before money is spent, because of its rows."""

from __future__ import annotations

import logging
from typing import Any

from airflow_autopilot.steps.task import client, model_of, refused_at_once

log = logging.getLogger(__name__)


@refused_at_once
def check_drift(run: dict[str, str], plan: str) -> dict[str, Any]:
    """Compare the run's drops with the baseline; a delivery that looks broken stops the run."""
    from include.autopilot.drift.driftcheck import check_drift

    found = check_drift(client("s3"), model_of(run["model"]), plan)
    log.info("drift: %s", found["html"])
    return found


@refused_at_once
def guard(run: dict[str, str], plan: str) -> dict[str, Any]:
    """List every row that the run is about to learn from, and stop it if a row must not be there."""
    from include.autopilot.data.guard import check_leaks

    return check_leaks(client("s3"), model_of(run["model"]), plan)
