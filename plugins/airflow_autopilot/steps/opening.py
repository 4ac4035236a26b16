"""The first task of every DAG."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import get_current_context

from airflow_autopilot.assets import triggering_events
from airflow_autopilot.steps.task import model_of, refused_at_once

# Where the operators keep full requests and descriptions: the first task knows.
RECORDS = "{{ ti.xcom_pull(task_ids='open_run')['records'] }}"

log = logging.getLogger(__name__)


@refused_at_once
def open_run(model: str) -> dict[str, str]:
    """Resolve the cutoff, once, and where this run keeps its things."""
    from include.autopilot import cutoff as cutoffs
    from include.autopilot.data import deliveries
    from include.autopilot.locations import Locations

    context = get_current_context()
    dag_run = context["dag_run"]
    scheduled = None if dag_run.logical_date is None or _is_manual(dag_run) else dag_run.data_interval_end
    delivered = deliveries.delivered_until(event.extra for event in triggering_events(context))
    moment = cutoffs.resolve_cutoff(context["params"]["cutoff"], scheduled, dag_run.run_after, delivered)
    key = cutoffs.run_key(moment, dag_run.dag_id, dag_run.run_id)
    log.info("model %s, cutoff %s, run %s", model, moment.isoformat(), key)
    records = Locations(model_of(model).root).records(key)
    return {"model": model, "cutoff": moment.isoformat(), "key": key, "records": records}


def _is_manual(dag_run: Any) -> bool:
    # A manual run's interval is the one before the click: its data would be a period old, so "now" is meant.
    return str(dag_run.run_type).rsplit(".", maxsplit=1)[-1].lower() == "manual"
