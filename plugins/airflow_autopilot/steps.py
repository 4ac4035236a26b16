"""The tasks of the DAGs that are not SageMaker jobs: each fetches its clients and calls the domain.

They take and give small JSON values only; whatever is larger lies in S3 beside the run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

P = ParamSpec("P")
R = TypeVar("R")

# Where the operators keep full requests and descriptions: the first task knows.
RECORDS = "{{ ti.xcom_pull(task_ids='open_run')['records'] }}"

log = logging.getLogger(__name__)


def _refused_at_once(step: Callable[P, R]) -> Callable[P, R]:
    """Let a refusal by the domain fail the task without retries: the same drop will not be better in five minutes."""

    @wraps(step)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from include.autopilot.errors import AutopilotError

        try:
            return step(*args, **kwargs)
        except AutopilotError as refusal:
            raise AirflowFailException(str(refusal)) from refusal

    return run


@_refused_at_once
def open_run(model: str) -> dict[str, str]:
    """Resolve the cutoff, once, and where this run keeps its things."""
    from include.autopilot import cutoff as cutoffs
    from include.autopilot.locations import Locations

    context = get_current_context()
    dag_run = context["dag_run"]
    scheduled = None if dag_run.logical_date is None or _is_manual(dag_run) else dag_run.data_interval_end
    moment = cutoffs.resolve_cutoff(context["params"]["cutoff"], scheduled, dag_run.run_after)
    key = cutoffs.run_key(moment, dag_run.dag_id, dag_run.run_id)
    log.info("model %s, cutoff %s, run %s", model, moment.isoformat(), key)
    records = Locations(_model(model).root).records(key)
    return {"model": model, "cutoff": moment.isoformat(), "key": key, "records": records}


@_refused_at_once
def prepare(run: dict[str, str]) -> dict[str, Any]:
    """Check and cut the drops; give the plan's URI and one transform request per drop without features."""
    from include.autopilot import retrain
    from include.autopilot.options import RunOptions

    options = RunOptions.from_form(get_current_context()["params"])
    moment = datetime.fromisoformat(run["cutoff"])
    prepared = retrain.prepare(_client("s3"), _client("sagemaker"), _model(run["model"]), moment, options, run["key"])
    log.info("%s", prepared["summary"])
    return prepared


def missing_features(featurize: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the transform requests as a list of their own: Airflow maps over whole return values only."""
    return featurize


@_refused_at_once
def training_request(plan: str) -> dict[str, Any]:
    """List the features of every drop in scope in manifests and give the request that trains on them."""
    from include.autopilot import retrain

    return retrain.training_request(_client("s3"), plan)


@_refused_at_once
def model_request(plan: str, trained: dict[str, Any]) -> dict[str, Any]:
    """Give the request for the full pipeline model: every container, the algorithm's with the trained artifact."""
    from include.autopilot import retrain

    return retrain.model_request(_client("s3"), plan, trained["uri"])


@_refused_at_once
def prediction_request(plan: str, model: dict[str, Any]) -> dict[str, Any]:
    """Give the request that predicts the holdout, the target joined beside the prediction."""
    from include.autopilot import retrain

    return retrain.prediction_request(_client("s3"), plan, model["name"])


@_refused_at_once
def evaluate(plan: str, predicted: dict[str, Any]) -> dict[str, Any]:
    """Measure the predictions of the holdout."""
    from include.autopilot import retrain

    measured = retrain.evaluate(_client("s3"), plan, predicted["uri"])
    log.info("%s", measured)
    return measured


@_refused_at_once
def report(plan: str, jobs: dict[str, Any]) -> dict[str, str]:
    """Write the run's report; ``jobs`` holds the operators' return values by step, one or (mapped) several each."""
    from include.autopilot import retrain

    listed = [{"step": step, **job} for step, ended in jobs.items() for job in _several(ended)]
    written = retrain.report(_client("s3"), plan, listed)
    log.info("report: %s", written["html"])
    return written


@_refused_at_once
def search_request(run: dict[str, str]) -> dict[str, Any]:
    """Write the search's input table and give the CreateAutoMLJob request."""
    from include.autopilot import search

    model, moment = _model(run["model"]), datetime.fromisoformat(run["cutoff"])
    table = search.search_input(_client("s3"), model, moment)
    log.info("%s", table)
    return search.automl_request(model, moment, table["input"], run["key"])


@_refused_at_once
def publish_template(run: dict[str, str], searched: dict[str, Any]) -> dict[str, Any]:
    """Turn the search's winner into the model's template."""
    from include.autopilot import search

    model, moment = _model(run["model"]), datetime.fromisoformat(run["cutoff"])
    published = search.publish_template(_client("sagemaker"), _client("s3"), model, searched["name"], moment)
    log.info("%s", published)
    return published


def _is_manual(dag_run: Any) -> bool:
    # A manual run's interval is the one before the click: its data would be a period old, so "now" is meant.
    return str(dag_run.run_type).rsplit(".", maxsplit=1)[-1].lower() == "manual"


def _several(ended: Any) -> Iterable[dict[str, Any]]:
    if ended is None:  # a mapped step with nothing to do
        return ()
    return (ended,) if isinstance(ended, dict) else ended


def _model(name: str) -> Any:
    from include.autopilot.config import load_models

    return next(model for model in load_models() if model.name == name)


def _client(service: str) -> Any:
    from airflow_autopilot.clients import CONNECTION, connect

    return connect(CONNECTION, None, service)
