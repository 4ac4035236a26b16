"""The tasks of the deploying DAG that are not SageMaker's."""

from __future__ import annotations

import logging
from typing import Any

from airflow_autopilot.steps.task import client, model_of, refused_at_once

log = logging.getLogger(__name__)


def open_run(model: str) -> dict[str, str]:
    """Say where the run keeps its requests."""
    from airflow.sdk import get_current_context

    from include.autopilot import cutoff as cutoffs
    from include.autopilot.locations import Locations

    dag_run = get_current_context()["dag_run"]
    key = cutoffs.run_key(cutoffs.as_utc(dag_run.run_after), dag_run.dag_id, dag_run.run_id)
    return {"model": model, "records": Locations(model_of(model).root).records(key)}


@refused_at_once
def deploy_requests(run: dict[str, str]) -> dict[str, Any]:
    """Give the requests that let the endpoint serve the champion as it is now."""
    from include.autopilot.champion import deploying

    found = deploying.deploy_requests(client("s3"), client("sagemaker"), model_of(run["model"]))
    log.info("version %s goes to endpoint %s", found["version"], found["endpoint"]["EndpointName"])
    return found
