"""What a retraining adds to its report, and whom it tells afterwards."""

from __future__ import annotations

import json
import logging
from typing import Any

from airflow.sdk import get_current_context

from airflow_autopilot.steps.task import client, model_of, refused_at_once

log = logging.getLogger(__name__)


def added_to_report(plan: str) -> dict[str, Any]:
    """Write the run's costs; give what the report tells of them, and why a new search may be worth it."""
    from include.autopilot.cost import spending
    from include.autopilot.gate import verdicthistory
    from include.autopilot.plan import load_plan
    from include.autopilot.source import marked

    planned = load_plan(client("s3"), plan)
    model = model_of(planned.model)
    clients = client("s3"), client("sagemaker")
    cost = spending.write_cost(*clients, planned.locations, spending.run_of(planned), model.prices)
    months = spending.months_of(*clients, planned.locations, cost, model.prices)
    log.info("cost: %s", cost["sentence"])
    signal = verdicthistory.signal_of(client("s3"), planned, model.search_after_losses)
    for sentence in signal.sentences:
        log.warning("%s", marked(sentence, planned.source))
    return {"cost": {**cost, "months": months}, "search_signal": list(signal.sentences)}


@refused_at_once
def tell(run: dict[str, str], reported: dict[str, str]) -> int:
    """Tell of a new champion and of a reason to search; give how many messages were delivered."""
    from airflow_autopilot.notifications import send
    from include.autopilot.cost.messages import concluded

    found = concluded(_report(reported), reported["html"])
    return sum(send(model_of(run["model"]).notify, message) for message in found)


@refused_at_once
def wants_search(run: dict[str, str], reported: dict[str, str]) -> dict[str, Any] | None:
    """Give the form of the search to trigger; None: there is no reason for one, and nothing follows."""
    from include.autopilot.requests import warmstart

    report = _report(reported)
    if not report["search_signal"]:
        return None
    return warmstart.search_form(client("s3"), model_of(run["model"]), report["cutoff"])


@refused_at_once
def wants_class(run: dict[str, str]) -> dict[str, Any] | None:
    """Give the form of the search to trigger after a prepare that stopped at a new class only; None after another."""
    from airflow_autopilot.steps.retraining import NEW_CLASS
    from include.autopilot.requests import warmstart

    refusal = get_current_context()["ti"].xcom_pull(task_ids="prepare", key=NEW_CLASS)
    if not refusal:
        return None
    log.warning("%s", refusal)
    return warmstart.search_form(client("s3"), model_of(run["model"]), run["cutoff"])


def _report(reported: dict[str, str]) -> dict[str, Any]:
    from include.autopilot.objects import read

    content: dict[str, Any] = json.loads(read(client("s3"), reported["json"]).body)
    return content
