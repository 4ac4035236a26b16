"""What Airflow adds to the steps of a retraining: clients of other services, limits, the end of a dry run."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context

from airflow_autopilot.flow import flow
from airflow_autopilot.steps import task
from airflow_sagemaker_once.operators import (
    AutopilotModelOperator,
    AutopilotTrainingOperator,
    AutopilotTransformOperator,
    AutopilotTuningOperator,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.drops.plan import Plan
    from include.autopilot.requests.preflight import Account
    from include.autopilot.settings.config import ModelConfig
    from include.autopilot.template.published import Template

log = logging.getLogger(__name__)


def account_of(sagemaker: SageMakerClient) -> Account:
    """Give the other services of the account, to be asked whether everything that requests name is there."""
    from airflow_sagemaker_once.clients import connect_briefly
    from include.autopilot.requests.preflight import Account

    iam, sts, quotas = (connect_briefly(service) for service in ("iam", "sts", "service-quotas"))
    return Account(sagemaker.meta.region_name, iam, sts, quotas)


def preflight(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, template: Template, plan: Plan
) -> dict[str, Any]:
    """Check what the requests name, and estimate the run."""
    from airflow_sagemaker_once.expectation import expected_seconds
    from airflow_sagemaker_once.kinds import BY_MEMBER
    from include.autopilot.champion.preview import foretell_champion
    from include.autopilot.exams.asking import foretell_exam
    from include.autopilot.requests import dryrun

    def expected(kind: str, name: str) -> float | None:
        return expected_seconds(sagemaker, BY_MEMBER[kind.removesuffix("V2")], name)

    asked = [*foretell_champion(s3, sagemaker, config, plan), *foretell_exam(s3, sagemaker, config, plan)]
    return dryrun.preflight(s3, sagemaker, account_of(sagemaker), template, plan, expected, config.prices, asked)


def seal(s3: S3Client, config: ModelConfig, plan: Plan) -> list[dict[str, Any]]:
    """Seal what the run uses; give the drops without features, in as many batches as Airflow maps a task over.

    A dry run ends here: behind the checks, so that it fails where one of them does.
    """
    from airflow.sdk.configuration import conf

    from include.autopilot.flows import retrain

    dealt = retrain.seal(s3, config, plan, conf.getint("core", "max_map_length", fallback=1024))
    if plan.options.dry_run:
        skip_all_that_follows("A dry run: nothing is sealed, and no job is started.")
    return [dict(batch) for batch in dealt]


def tuning() -> AutopilotTuningOperator:
    """Make the task of a retune; skipped in a run of another recipe."""
    return AutopilotTuningOperator(task_id="retune", config=flow("jobs.retune_request"), take_over=True)


def second_challenger() -> tuple[Any, dict[str, Any]]:
    """Make the tasks of a second challenger; give the first one, and what the judge is given of them.

    Where one of them fails, those after it are skipped, and the run goes on with the first challenger.
    """
    # What one follows has failed or succeeded. A run that ends before that skips it.
    tried: dict[str, Any] = {"trigger_rule": "one_done"}
    train = AutopilotTrainingOperator(task_id="train_window", config=flow("jobs.training_request", second=True))
    create = AutopilotModelOperator(
        task_id="create_window",
        config=flow("jobs.second_model_request", second=True),
        op_kwargs={"trained": train.output},
        **tried,
    )
    predict = AutopilotTransformOperator(
        task_id="predict_window",
        config=flow("jobs.prediction_request", second=True),
        op_kwargs={"created": create.output},
    )
    # A step of its own between them and the judge, who would not start where one of them has failed.
    measured = task(flow("retrain.measure_second", second=True), **tried)(predicted=predict.output)
    return train, {"second": measured}


def skip_all_that_follows(why: str) -> None:
    """End this task, and skip everything after it, whatever its trigger rule."""
    from airflow.providers.standard.utils.skipmixin import SkipMixin

    context = get_current_context()
    log.info("%s", why)
    skipping: Any = SkipMixin
    skipping().skip(ti=context["ti"], tasks=list(context["task"].get_flat_relatives(upstream=False)))
