"""The tasks of the retraining DAG that are not SageMaker jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from airflow_autopilot.steps.task import client, model_of, refused_at_once

# The first tasks of each path of a retraining; all paths meet again in model_request.
PATHS = {
    "reuse": ["missing_features", "training_request"],
    "refit": ["fit_request", "missing_features", "training_request"],
    "search_again": ["search_again_request"],
}

NEW_CLASS = "new_class"  # the XCom of a prepare that stopped at nothing else

log = logging.getLogger(__name__)


@refused_at_once
def prepare(run: dict[str, str]) -> dict[str, Any]:
    """Check and cut the drops; give the plan's URI and a summary."""
    from include.autopilot import retrain
    from include.autopilot.errors import NewClassError
    from include.autopilot.options import RunOptions

    context = get_current_context()
    options = RunOptions.from_form(context["params"])
    moment, model = datetime.fromisoformat(run["cutoff"]), model_of(run["model"])
    try:
        prepared = retrain.prepare(client("s3"), client("sagemaker"), model, moment, options, run["key"])
    except NewClassError as refusal:
        if not options.dry_run:
            context["ti"].xcom_push(NEW_CLASS, str(refusal))
        raise
    log.info("%s", prepared["summary"])
    return prepared


@refused_at_once
def preflight(run: dict[str, str], plan: str) -> dict[str, Any] | None:
    """Check what the requests name and estimate the run; after a dry run give None, so that nothing follows."""
    from airflow_autopilot.expectation import expected_seconds
    from airflow_autopilot.kinds import BY_MEMBER
    from include.autopilot.champion.championpreview import foretell_champion
    from include.autopilot.plan import load_plan
    from include.autopilot.requests import dryrun
    from include.autopilot.requests.preflight import Account

    s3, sagemaker, model = client("s3"), client("sagemaker"), model_of(run["model"])

    def expected(kind: str, name: str) -> float | None:
        return expected_seconds(sagemaker, BY_MEMBER[kind.removesuffix("V2")], name)

    account = Account(sagemaker.meta.region_name, client("iam"), client("sts"), client("service-quotas"))
    asked = foretell_champion(s3, sagemaker, model, load_plan(s3, plan))
    looked = dryrun.preflight(s3, sagemaker, account, plan, expected, model.prices, asked)
    return None if looked["dry_run"] else looked


@refused_at_once
def choose_path(plan: str) -> list[str]:
    """Give the tasks that the run's path begins with."""
    from include.autopilot import retrain

    return PATHS[retrain.path_of(client("s3"), plan)]


@refused_at_once
def fit_request(plan: str) -> dict[str, Any]:
    """Give the request that fits the featurizer again."""
    from include.autopilot import retrain

    return retrain.fit_request(client("s3"), plan)


@refused_at_once
def featurizer_request(plan: str, fitted: dict[str, Any]) -> dict[str, Any]:
    """Give the request for the model that featurizes training data with the new featurizer."""
    from include.autopilot import retrain

    return retrain.featurizer_request(client("s3"), plan, fitted["uri"])


@refused_at_once
def missing_features(plan: str, featurizer: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Give a transform request per drop without features; ``featurizer`` is the model of a new one."""
    from include.autopilot import retrain

    return retrain.featurize_requests(client("s3"), plan, featurizer["name"] if featurizer else None)


@refused_at_once
def search_again_request(plan: str) -> dict[str, Any]:
    """Give the request that repeats the search on the run's rows."""
    from include.autopilot import retrain

    return retrain.search_again_request(client("s3"), plan)


@refused_at_once
def training_request(plan: str) -> dict[str, Any]:
    """List the features of every drop in scope in manifests and give the request that trains on them."""
    from include.autopilot import retrain

    return retrain.training_request(client("s3"), plan)


@refused_at_once
def model_request(
    plan: str, trained: dict[str, Any] | None, fitted: dict[str, Any] | None, searched: dict[str, Any] | None
) -> dict[str, Any]:
    """Give the request for the full pipeline model: replayed with the new artifacts, or what the search found."""
    from include.autopilot import retrain

    if searched:
        return retrain.found_model_request(client("s3"), client("sagemaker"), plan, searched["name"])
    if trained is None:
        raise AirflowFailException("Neither a training nor a search has ended. Clear the task preflight.")
    return retrain.model_request(client("s3"), plan, trained["uri"], fitted["uri"] if fitted else None)


@refused_at_once
def prediction_request(plan: str, model: dict[str, Any]) -> dict[str, Any]:
    """Give the request that predicts the holdout, the target joined beside the prediction."""
    from include.autopilot import retrain

    return retrain.prediction_request(client("s3"), plan, model["name"])


@refused_at_once
def evaluate(plan: str, predicted: dict[str, Any]) -> dict[str, Any]:
    """Measure the predictions of the holdout."""
    from include.autopilot import retrain

    measured = retrain.evaluate(client("s3"), plan, predicted["uri"])
    log.info("%s", measured)
    return measured


@refused_at_once
def report(plan: str, jobs: dict[str, Any]) -> dict[str, str]:
    """Write the run's report; ``jobs`` holds the operators' return values by step, one or (mapped) several each."""
    from airflow_autopilot.steps.concluding import added_to_report
    from include.autopilot import retrain

    listed = [{"step": step, **job} for step, ended in jobs.items() for job in _several(ended)]
    written = retrain.report(client("s3"), plan, listed, added_to_report(plan))
    log.info("report: %s", written["html"])
    return written


def _several(ended: Any) -> Iterable[dict[str, Any]]:
    if ended is None:  # a mapped step with nothing to do
        return ()
    return (ended,) if isinstance(ended, dict) else ended
