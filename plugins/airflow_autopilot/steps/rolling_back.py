"""The task of the rollback DAG."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import get_current_context

from airflow_autopilot.steps.gating import moment
from airflow_autopilot.steps.task import client, model_of, refused_at_once

log = logging.getLogger(__name__)


@refused_at_once
def roll_back(model: str) -> dict[str, Any]:
    """Put the version of the form in place as the champion."""
    from include.autopilot.champion.champion import store_of
    from include.autopilot.champion.rollback import roll_back as put_back
    from include.autopilot.cutoff import as_utc, run_key

    context = get_current_context()
    dag_run, form = context["dag_run"], context["params"]
    key = run_key(as_utc(dag_run.run_after), dag_run.dag_id, dag_run.run_id)
    store = store_of(client("s3"), client("sagemaker"), model_of(model))
    found = put_back(store, int(form["version"]), str(form["reason"]), key, moment())
    log.info("%s", found["sentence"])
    return {name: found[name] for name in ("kind", "number", "reason", "sentence", "version")}
