"""The tasks of the search DAG."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from airflow.sdk import get_current_context

from airflow_autopilot.steps.task import client, model_of, refused_at_once

log = logging.getLogger(__name__)


@refused_at_once
def search_request(run: dict[str, str]) -> dict[str, Any]:
    """Write the search's input table and give the CreateAutoMLJob or CreateAutoMLJobV2 request."""
    from include.autopilot import search

    model, moment = model_of(run["model"]), datetime.fromisoformat(run["cutoff"])
    algorithm = get_current_context()["params"].get("algorithm")
    return search.search_request(client("s3"), client("sagemaker"), model, moment, run["key"], algorithm)


@refused_at_once
def publish_template(run: dict[str, str], searched: dict[str, Any]) -> dict[str, Any]:
    """Turn the search's winner into the model's template."""
    from include.autopilot import search
    from include.autopilot.cost import spending
    from include.autopilot.locations import Locations
    from include.autopilot.source import is_synthetic

    model, moment = model_of(run["model"]), datetime.fromisoformat(run["cutoff"])
    published = search.publish_template(client("sagemaker"), client("s3"), model, searched["name"], moment)
    log.info("%s", published)
    this = spending.Run(model.name, run["key"], run["cutoff"], is_synthetic(published["source"]))
    cost = spending.write_cost(client("s3"), client("sagemaker"), Locations(model.root), this, model.prices)
    log.info("cost: %s", cost["sentence"])
    return published
