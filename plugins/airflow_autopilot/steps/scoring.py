"""The tasks of the scoring DAG that are not SageMaker jobs."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import get_current_context

from airflow_autopilot.steps.task import client, model_of, refused_at_once

log = logging.getLogger(__name__)


@refused_at_once
def open_run(model: str) -> dict[str, str]:
    """Name the run after the instant for which Airflow started it, once, and say where it keeps its things."""
    from include.autopilot import cutoff as cutoffs
    from include.autopilot.scoring.scoreplan import work_of

    dag_run = get_current_context()["dag_run"]
    moment = cutoffs.as_utc(dag_run.run_after)
    key = cutoffs.run_key(moment, dag_run.dag_id, dag_run.run_id)
    log.info("model %s, scoring run %s", model, key)
    return {"model": model, "key": key, "records": f"{work_of(model_of(model).root, key)}/jobs"}


@refused_at_once
def check(run: dict[str, str]) -> dict[str, Any]:
    """Check the rows, cut them into chunks, and give the plan's URI and a summary."""
    from include.autopilot.scoring import scoring
    from include.autopilot.scoring.scoreoptions import ScoreOptions

    options = ScoreOptions.from_form(get_current_context()["params"])
    return scoring.check(client("s3"), client("sagemaker"), model_of(run["model"]), options, run["key"])


@refused_at_once
def model_request(plan: str) -> dict[str, Any]:
    """Give the request for the champion's model."""
    from include.autopilot.scoring import scoring

    return scoring.model_request(client("s3"), plan)


@refused_at_once
def prediction_request(plan: str, model: dict[str, Any]) -> dict[str, Any]:
    """Give the request that predicts the rows, the key joined beside the prediction."""
    from include.autopilot.scoring import scoring

    return scoring.prediction_request(client("s3"), plan, model["name"])


@refused_at_once
def join(plan: str, predicted: dict[str, Any]) -> dict[str, Any]:
    """Write predictions and lineage."""
    from include.autopilot.scoring import scoring

    return scoring.join(client("s3"), plan, predicted["arn"], predicted["uri"])
