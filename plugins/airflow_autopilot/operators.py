"""The Amazon provider's SageMaker operators, made trustworthy with somebody's bill.

Each is used like the operator it derives from, with ``config`` being the Create request, its name included; all take
the parameters of :class:`~airflow_autopilot.owned_job.OwnedJob` too. docs/operators.md shows one example each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.amazon.aws.operators.sagemaker import (
    SageMakerAutoMLOperator,
    SageMakerModelOperator,
    SageMakerProcessingOperator,
    SageMakerTrainingOperator,
    SageMakerTransformOperator,
)

from airflow_autopilot import kinds
from airflow_autopilot.links import JobLink
from airflow_autopilot.owned_job import OwnedJob
from airflow_autopilot.owner import is_last_try

if TYPE_CHECKING:
    from airflow.sdk import Context


class AutopilotTrainingOperator(OwnedJob, SageMakerTrainingOperator):
    """Train; ``config`` is a CreateTrainingJob request. Result URI: the model artifact.

    :param on_demand_on_last_try: give up spot capacity on the task's last try, so that interruptions cannot fail it.
    """

    kind = kinds.TRAINING

    def __init__(self, *, on_demand_on_last_try: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.on_demand_on_last_try = on_demand_on_last_try

    def requests(self, context: Context) -> list[dict[str, Any]]:
        """Give the request, on the last try for on-demand capacity if so wished; a job already on spot does as well."""
        (request,) = super().requests(context)
        wanted = self.on_demand_on_last_try and request.get("EnableManagedSpotTraining") and is_last_try(context)
        return [on_demand(request), request] if wanted else [request]


class AutopilotTransformOperator(OwnedJob, SageMakerTransformOperator):
    """Batch transform; ``config`` is a CreateTransformJob request. Result URI: the output prefix."""

    kind = kinds.TRANSFORM
    operator_extra_links = OwnedJob.operator_extra_links  # type: ignore[assignment]


class AutopilotProcessingOperator(OwnedJob, SageMakerProcessingOperator):
    """Run a processing job; ``config`` is a CreateProcessingJob request."""

    kind = kinds.PROCESSING


class AutopilotModelOperator(OwnedJob, SageMakerModelOperator):
    """Create a model; ``config`` is a CreateModel request."""

    kind = kinds.MODEL
    operator_extra_links = (JobLink(),)


class AutopilotSearchOperator(OwnedJob, SageMakerAutoMLOperator):
    """Run an Autopilot search; ``config`` is a CreateAutoMLJob or a CreateAutoMLJobV2 request."""

    kind = kinds.AUTOML
    operator_extra_links = (JobLink(),)

    def __init__(self, *, config: dict[str, Any], **kwargs: Any) -> None:
        # The request says all of it; the provider's own arguments cover only part of CreateAutoMLJob.
        super().__init__(
            config=config, job_name="", s3_input="", target_attribute="", s3_output="", role_arn="", **kwargs
        )


def on_demand(request: dict[str, Any]) -> dict[str, Any]:
    """Give the same training request without spot; MaxWaitTimeInSeconds is allowed with spot only."""
    stopping = {key: value for key, value in request["StoppingCondition"].items() if key != "MaxWaitTimeInSeconds"}
    return {**request, "EnableManagedSpotTraining": False, "StoppingCondition": stopping}
