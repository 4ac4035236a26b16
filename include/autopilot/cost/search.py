"""What an Autopilot search cost: the sum of the jobs it started, as far as SageMaker lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.candidate.descriptions import describe
from include.autopilot.cost.billing import JobCost, job_cost, unknown_cost
from include.autopilot.settings.config import PriceTable

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

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
    try:
        own = list(_own(sagemaker, automl_job))
        found = [job_cost(kind, name, describe(sagemaker, kind, name), prices) for kind, name in own]
    except ClientError as error:
        why = f"its jobs cannot be listed: {error.response['Error']['Code']}"
        return [unknown_cost("AutoMLJob", automl_job, why, month)]
    why = "SageMaker lists none of the jobs that the search started"
    return found or [unknown_cost("AutoMLJob", automl_job, why, month)]


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
