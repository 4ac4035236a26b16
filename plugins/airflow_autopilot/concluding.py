"""How a retraining ends: its report, whom it tells, and the search that it may want."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context, task, task_group

from airflow_autopilot.dashboard.addresses import run_page
from airflow_autopilot.dashboard.link import ReportLink
from airflow_autopilot.flow import flow
from airflow_autopilot.notes import NOTE
from airflow_autopilot.opening import NEW_CLASS
from airflow_autopilot.triggering import TriggerWithForm

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.drops.plan import Plan
    from include.autopilot.settings.config import ModelConfig

log = logging.getLogger(__name__)


def report(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan, jobs: list[dict[str, Any]]
) -> dict[str, str]:
    """Write the run's costs and its report; the run's note in Airflow says what came out."""
    from include.autopilot.champion.judging import put_forward
    from include.autopilot.report.note import note_of
    from include.autopilot.report.page import write_report

    judged = put_forward(s3, plan)
    written = write_report(s3, judged, jobs, _added(s3, sagemaker, config, plan), config.report.structures)
    log.info("report: %s", written["html"])
    note = note_of(s3, judged, written["html"], run_page(judged.model, judged.run))
    get_current_context()["ti"].xcom_push(NOTE, note)
    return written


def _added(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan) -> dict[str, Any]:
    """Write the run's costs; give what the report tells of them, and why a new search may be worth it."""
    from include.autopilot.base.source import marked
    from include.autopilot.cost import spending
    from include.autopilot.gate import history

    cost = spending.write_cost(s3, sagemaker, plan.locations, spending.run_of(plan), config.prices)
    months = spending.months_of(s3, sagemaker, plan.locations, config.prices)
    log.info("cost: %s", cost["sentence"])
    signal = history.signal_of(s3, plan, config.search_after_losses)
    for sentence in signal.sentences:
        log.warning("%s", marked(sentence, plan.source))
    return {"cost": {**cost, "months": months}, "search_signal": list(signal.sentences)}


def conclude(model: ModelConfig, first: Any, reported: Any) -> None:
    """Give the report its button, and make the optional end: what is not configured is not in the DAG.

    :param first: the task ``prepare``; ``reported``: the task ``report``.
    """
    reported.operator.operator_extra_links = (ReportLink(),)
    if model.notify:
        # A task of its own: trying the report again tells nobody twice.
        reported >> task(flow(tell))(reported=reported)
    if model.search_again == "trigger" and model.search_after_losses is not None:
        _search(model, first, reported)


def tell(s3: S3Client, config: ModelConfig, reported: dict[str, str]) -> int:
    """Tell of a new champion and of a reason to search; give how many messages were delivered."""
    from airflow_autopilot.notifications import send
    from include.autopilot.messages.runs import concluded

    if config.notify is None:
        log.warning("Nobody is told: notify has been taken out of the model's YAML since this run began.")
        return 0
    return sum(send(config.notify, message) for message in concluded(_report(s3, reported), reported["html"]))


def _search(model: ModelConfig, first: Any, reported: Any) -> None:
    @task_group(group_id="new_search", prefix_group_id=False, group_display_name="search again")
    def triggered() -> None:
        # The search of this run, whoever asks for it again: a retry must not start a second one.
        which: dict[str, Any] = {"trigger_dag_id": f"{model.name}_search", "trigger_run_id": "retrain__{{ run_id }}"}
        wanted = TriggerWithForm(
            task_id="trigger_search", form=flow(wanted_search), op_kwargs={"reported": reported}, **which
        )
        # The run itself has failed then, and stays failed: everything else is upstream_failed.
        unknown = TriggerWithForm(
            task_id="trigger_search_for_class", form=flow(search_for_class), trigger_rule="one_failed", **which
        )
        reported >> wanted
        first >> unknown

    triggered()


def wanted_search(s3: S3Client, config: ModelConfig, reported: dict[str, str]) -> dict[str, Any] | None:
    """Give the form of the search that the run's report wants."""
    from include.autopilot.requests import warmstart

    content = _report(s3, reported)
    return warmstart.search_form(s3, config, content["cutoff"]) if content["search_signal"] else None


def search_for_class(s3: S3Client, config: ModelConfig) -> dict[str, Any] | None:
    """Give the form of the search to trigger after a prepare that stopped at a new class only; None after another."""
    from include.autopilot.requests import warmstart

    stopped = get_current_context()["ti"].xcom_pull(task_ids="prepare", key=NEW_CLASS)
    if not stopped:
        return None
    log.warning("%s", stopped["refusal"])
    return warmstart.search_form(s3, config, stopped["cutoff"])


def _report(s3: S3Client, reported: dict[str, str]) -> dict[str, Any]:
    from include.autopilot.s3.objects import read

    content: dict[str, Any] = json.loads(read(s3, reported["json"]).body)
    return content
