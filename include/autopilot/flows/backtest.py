"""Would retraining have paid, step by step: prepare -> (predict) -> report. In brackets: SageMaker's work.

One transform per model that has not predicted all later drops yet; what was ever answered is not asked again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.backtest import asking
from include.autopilot.backtest.history import past_of
from include.autopilot.base.errors import OptionsError, RunError
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import marked
from include.autopilot.requests.estimate import Expected, estimate
from include.autopilot.requests.preflight import Account, check_requests, logged
from include.autopilot.s3.objects import write, write_json
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.options import BacktestOptions
from include.autopilot.template.projection import Request

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def prepare(
    s3: S3Client,
    sagemaker: SageMakerClient,
    account: Account,
    config: ModelConfig,
    cutoff: datetime,
    options: BacktestOptions,
    key: str,
    expected: Expected,
) -> dict[str, Any]:
    """Find out who has not predicted what, write the rows, check what the jobs name, and estimate them.

    :param cutoff: drops and models up to here count; ``key``: the run's name in S3.
    :param expected: how long earlier jobs of the step took.
    :return: ``versions`` (all that have anything missing), ``asked`` (those of them that need a job), ``source``, and
        of the estimate ``usd`` and ``sentence``.
    :raises OptionsError: it takes more jobs than the form allows.
    :raises PreflightError: something that a job names is missing.
    """
    history = past_of(s3, config, cutoff)
    if not history.models:
        raise RunError(f"{config.title} has no model up to {cutoff:%Y-%m-%d}. Backfill {config.name}_retrain first.")
    plans = asking.write_papers(s3, sagemaker, config, history, cutoff, key)
    foretold = asking.foretell_jobs(s3, plans)
    source = asking.source_of(plans)
    told = estimate(foretold, expected, lambda _kind, _name: None, config.prices)
    log.info("%s", marked(f"{config.title}: {len(history.models)} models; {told['sentence']}", source))
    asked = [plan.serving.version for plan in plans if plan.serving is not None and plan.asked]
    if len(asked) > options.max_jobs:
        raise OptionsError(
            f"max_jobs: the backtest takes {len(asked)} jobs, more than {options.max_jobs}: {told['sentence']} None "
            f"was started. Run it again with max_jobs {len(asked)}, or with an earlier cutoff."
        )
    sse = config.encryption.sse if config.encryption else None
    logged(check_requests(s3, account, foretold, Locations(config.root).sitting(key).uri, sse))
    versions = [plan.serving.version for plan in plans if plan.serving is not None]
    return {"versions": versions, "asked": asked, "source": source, "usd": told["usd"], "sentence": told["sentence"]}


def batches(asked: Sequence[int], at_most: int) -> list[dict[str, Any]]:
    """Deal the models that are asked out to at most so many batches, as evenly as can be.

    :param asked: the numbers of the versions; ``at_most``: 1 or more.
    """
    count = min(len(asked), at_most)
    dealt = [list(asked[len(asked) * one // count : len(asked) * (one + 1) // count]) for one in range(count)]
    return [{"name": ", ".join(f"v{number}" for number in versions), "versions": versions} for versions in dealt]


def requests(s3: S3Client, config: ModelConfig, key: str, batch: Mapping[str, Any]) -> list[dict[str, Request]]:
    """Return for every model of a batch the requests that make it again and let it predict.

    :param batch: one of :func:`batches`.
    """
    plans = [asking.asked_plan(s3, config, key, version) for version in batch["versions"]]
    return [asking.job_requests(s3, plan) for plan in plans]


def report(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    run: Mapping[str, Any] | None,
    jobs: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Keep what was answered, and write what all answers together say: ``report.json``, ``table.txt``, ``chart.svg``.

    Also where a job failed: what the others answered is kept, and never paid for again.

    :param run: what the first task returned; ``jobs``: what the operators returned.
    :return: ``schedule`` (the recommended one, or None), ``sentences``, and the addresses ``report``, ``table`` and
        ``chart``; only ``sentences`` where there is nothing to compare yet.
    :raises RunError: there was nothing prepared, or a job failed.
    """
    # The chart needs matplotlib, and the numbers need scipy.
    from include.autopilot.backtest.answer import answer_of
    from include.autopilot.backtest.chart import standalone_chart
    from include.autopilot.backtest.table import as_text, missing_text

    if run is None:
        raise RunError("Nothing was prepared, so nothing can be reported. Clear the first task of this run.")
    failed = _keep(s3, config, run, jobs)
    history = past_of(s3, config, datetime.fromisoformat(run["cutoff"]))
    answer = answer_of(s3, sagemaker, config, history)
    missing = missing_text(history, config.name)
    if failed:
        names = ", ".join(f"version {version}" for version in failed)
        raise RunError(
            f"The jobs of {names} did not end well; what the others answered is kept. See the task predict for the "
            "reason, then start the backtest again: it asks only what is missing."
        )
    if answer is None:
        return {"sentences": [missing or "No drop came after two models: there is nothing to compare yet."]}
    folder, text = Locations(config.root).backtest(run["key"]), as_text(answer)
    log.info("%s", text)
    if missing:
        log.warning("%s", missing)
    return {
        "schedule": answer.advice.schedule,
        "sentences": list(answer.advice.sentences),
        "report": write_json(s3, folder.report, answer.as_json()),
        "table": write(s3, folder.table, f"{text}\n", "text/plain; charset=utf-8", answer.source),
        "chart": write(s3, folder.chart, standalone_chart(answer), "image/svg+xml", answer.source),
    }


def _keep(s3: S3Client, config: ModelConfig, run: Mapping[str, Any], jobs: Sequence[dict[str, Any]]) -> list[int]:
    """Store what models answered; return the versions that were asked and did not."""
    from include.autopilot.exams.marking import mark

    failed, locations = [], Locations(config.root)
    for version in run["versions"]:
        plan = asking.asked_plan(s3, config, run["key"], version)
        answered = asking.answered(plan, jobs)
        if plan.asked and answered is None:
            failed.append(version)
            continue
        model, output = answered or (None, None)
        mark(s3, plan, config.gate, model, output, locations.backtested_exam)
    return failed
