"""What an Autopilot search or a tuning job cost: the sum of the jobs it started, as far as SageMaker lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingResourceError
from include.autopilot.base.lenient import mapping_at, text_at
from include.autopilot.candidate.descriptions import Description, describe
from include.autopilot.cost.billing import JobCost, job_cost, unknown_cost
from include.autopilot.settings.config import PriceTable

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_TUNING = "HyperParameterTuningJob"
_CALLED = {"AutoMLJob": "search", _TUNING: "tuning job"}
_LISTS = {
    "TrainingJob": "list_training_jobs",
    "TransformJob": "list_transform_jobs",
    "ProcessingJob": "list_processing_jobs",
}


def search_costs(
    sagemaker: SageMakerClient, automl_job: str, prices: PriceTable | None, month: str | None
) -> list[JobCost]:
    """Return the cost of every job whose name begins with the search's, as Autopilot names its jobs since 2021.

    :param month: when the search began, for a cost that is unknown.
    :return: one unknown cost where SageMaker lists none of them or may not be asked: a search is never free.
    """
    return _costs(sagemaker, "AutoMLJob", automl_job, _own(sagemaker, automl_job), prices, month)


def tuning_costs(
    sagemaker: SageMakerClient, tuning_job: str, prices: PriceTable | None, month: str | None
) -> list[JobCost]:
    """Return the cost of every training of a tuning job, as :func:`search_costs` that of a search.

    :return: of one that ended before it had started any, for example for want of a quota, that it cost nothing.
    """
    described = _described(sagemaker, tuning_job)
    status, started = text_at(described, f"{_TUNING}Status"), mapping_at(described, "TrainingJobStatusCounters")
    if status in ("Failed", "Stopped") and started and not sum(started.values()):
        return [JobCost(tuning_job, _TUNING, status, (), 0.0, 0.0, 0.0, month)]
    trainings = _trainings(sagemaker, tuning_job)
    return _costs(sagemaker, _TUNING, tuning_job, trainings, prices, month)


def _described(sagemaker: SageMakerClient, tuning_job: str) -> Description:
    try:
        return describe(sagemaker, _TUNING, tuning_job)
    except (MissingResourceError, ClientError):
        return {}


def _costs(
    sagemaker: SageMakerClient,
    of: str,
    job: str,
    started: Iterator[tuple[str, str]],
    prices: PriceTable | None,
    month: str | None,
) -> list[JobCost]:
    try:
        found = [job_cost(kind, name, describe(sagemaker, kind, name), prices) for kind, name in started]
    except ClientError as error:
        return [unknown_cost(of, job, f"its jobs cannot be listed: {error.response['Error']['Code']}", month)]
    return found or [unknown_cost(of, job, f"SageMaker lists none of the jobs that the {_CALLED[of]} started", month)]


def _trainings(sagemaker: SageMakerClient, tuning_job: str) -> Iterator[tuple[str, str]]:
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
    for page in pages.paginate(HyperParameterTuningJobName=tuning_job):
        for one in page["TrainingJobSummaries"]:
            yield "TrainingJob", one["TrainingJobName"]


def _own(sagemaker: SageMakerClient, automl_job: str) -> Iterator[tuple[str, str]]:
    for kind, method in _LISTS.items():
        asked: dict[str, Any] = {"NameContains": automl_job, "MaxResults": 100}
        while True:
            page = getattr(sagemaker, method)(**asked)
            for one in page[f"{kind}Summaries"]:
                if one[f"{kind}Name"].startswith(automl_job):
                    yield kind, one[f"{kind}Name"]
            if not page.get("NextToken"):
                break
            asked["NextToken"] = page["NextToken"]
