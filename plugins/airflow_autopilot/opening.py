"""The first task of every DAG: which run this is, what it may see, and where it keeps its things."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context

from airflow_autopilot.assets import triggering_events

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig

NEW_CLASS = "new_class"  # the XCom of a prepare that stopped at nothing else

log = logging.getLogger(__name__)


def prepare(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> dict[str, Any]:
    """Check and cut the drops up to the cutoff; everything a run may spend money on is decided here."""
    from include.autopilot.base.errors import NewClassError
    from include.autopilot.flows import retrain
    from include.autopilot.settings.options import RunOptions

    context, run = get_current_context(), opened(config)
    options = RunOptions.from_form(context["params"])
    moment, began = (datetime.fromisoformat(run[name]) for name in ("cutoff", "started"))
    try:
        prepared = retrain.prepare(s3, sagemaker, config, moment, options, run["key"], began)
    except NewClassError as refusal:
        if not options.dry_run:
            context["ti"].xcom_push(NEW_CLASS, {"refusal": str(refusal), "cutoff": run["cutoff"]})
        raise
    summary = prepared["summary"]
    return {**run, "plan": prepared["plan"], "summary": summary["sentence"], "source": summary["source"]}


def prepare_search(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> dict[str, Any]:
    """Look whether the search can run at all, and write the table that it sees."""
    from airflow_autopilot.retraining import account_of
    from include.autopilot.flows import search
    from include.autopilot.settings.options import SearchOptions

    run, options = opened(config), SearchOptions.from_form(get_current_context()["params"])
    moment, began = (datetime.fromisoformat(run[name]) for name in ("cutoff", "started"))
    search.preflight(s3, sagemaker, config, moment, run["key"], account_of(sagemaker))
    table = search.prepare(s3, sagemaker, config, moment, began)
    return {**run, **table, "algorithm": options.algorithm}


def check(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> dict[str, Any]:
    """Check the rows to predict, and cut them into chunks."""
    from include.autopilot.base.locations import Locations
    from include.autopilot.flows import score
    from include.autopilot.settings.scoreoptions import ScoreOptions

    key = key_of_now()
    options = ScoreOptions.from_form(get_current_context()["params"])
    checked = score.check(s3, sagemaker, config, options, key)
    return {"model": config.name, "key": key, "records": Locations(config.root).score(key).jobs, **checked}


def prepare_exam(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> dict[str, Any]:
    """Look who is to be examined on which drops, and write the rows."""
    from include.autopilot.flows import exam

    run = opened(config)
    return {**run, **exam.prepare(s3, sagemaker, config, datetime.fromisoformat(run["cutoff"]), run["key"])}


def prepare_deployment(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> dict[str, Any]:
    """Look who the champion is: the run deploys that one, whatever happens meanwhile."""
    from include.autopilot.base.locations import Locations
    from include.autopilot.flows import deploy

    key = key_of_now()
    records = Locations(config.root).records(key)
    return {"model": config.name, "key": key, "records": records, **deploy.prepare(s3, sagemaker, config, key)}


def opened(config: ModelConfig) -> dict[str, str]:
    """Resolve the cutoff, from what Airflow knows of the run: the same in every try."""
    from include.autopilot.base import cutoff as cutoffs
    from include.autopilot.base.locations import Locations
    from include.autopilot.drops import deliveries

    context = get_current_context()
    dag_run = context["dag_run"]
    scheduled = None if dag_run.logical_date is None or _is_manual(dag_run) else dag_run.data_interval_end
    delivered = deliveries.delivered_until(event.extra for event in triggering_events(context))
    moment = cutoffs.resolve_cutoff(context["params"]["cutoff"], scheduled, dag_run.run_after, delivered)
    key = cutoffs.run_key(moment, dag_run.dag_id, dag_run.run_id)
    log.info("model %s, cutoff %s, run %s", config.name, moment.isoformat(), key)
    # The cutoff of a backfilled run lies in the past; what is dated in the future is told by when Airflow began it.
    started = cutoffs.as_utc(dag_run.start_date or dag_run.run_after).isoformat()
    records = Locations(config.root).records(key)
    return {"model": config.name, "cutoff": moment.isoformat(), "started": started, "key": key, "records": records}


def source_of(instance: Any) -> str | None:
    """Give where the rows of a run come from, in words; None where its first task found nobody to say so, or failed."""
    from include.autopilot.base.lenient import text_at

    (first,) = instance.task.dag.roots
    return text_at(instance.xcom_pull(task_ids=first.task_id), "source")


def made_up(instance: Any) -> str | None:
    """Give what a catalogue is told of a run whose rows are made up; None of any other."""
    from include.autopilot.base import source

    return source.made_up(source_of(instance))


def key_of_now() -> str:
    """Name a run without a cutoff after the instant for which Airflow started it."""
    from include.autopilot.base import cutoff as cutoffs

    dag_run = get_current_context()["dag_run"]
    return cutoffs.run_key(cutoffs.as_utc(dag_run.run_after), dag_run.dag_id, dag_run.run_id)


def _is_manual(dag_run: Any) -> bool:
    # A manual run's interval is the one before the click: its data would be a period old, so "now" is meant.
    return str(dag_run.run_type).rsplit(".", maxsplit=1)[-1].lower() == "manual"
