"""The first tasks of a backtest: what it would pay for, and which models its mapped task asks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context

from airflow_autopilot.opening import opened

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig


def prepare_backtest(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> dict[str, Any]:
    """Look which models have not predicted which drops, write the rows, and say what that costs."""
    from airflow_autopilot.retraining import account_of
    from airflow_sagemaker_once.expectation import expected_seconds
    from airflow_sagemaker_once.kinds import BY_MEMBER
    from include.autopilot.flows import backtest
    from include.autopilot.settings.options import BacktestOptions

    def expected(kind: str, name: str) -> float | None:
        return expected_seconds(sagemaker, BY_MEMBER[kind], name)

    run, options = opened(config), BacktestOptions.from_form(get_current_context()["params"])
    moment, account = datetime.fromisoformat(run["cutoff"]), account_of(sagemaker)
    prepared = backtest.prepare(s3, sagemaker, account, config, moment, options, run["key"], expected)
    return {**run, **prepared, "dry_run": options.dry_run}


def deal(run: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the models that are asked, in as many batches as Airflow maps a task over; a dry run ends here."""
    from airflow.sdk.configuration import conf

    from airflow_autopilot.retraining import skip_all_that_follows
    from include.autopilot.flows import backtest

    if run["dry_run"]:
        skip_all_that_follows("A dry run: no job is started.")
    return backtest.batches(run["asked"], conf.getint("core", "max_map_length", fallback=1024))
