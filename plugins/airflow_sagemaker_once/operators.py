"""The Amazon provider's SageMaker operators, made trustworthy with somebody's bill.

Each is used like the operator it derives from, with ``config`` being the Create request, its name included; all take
the parameters of :class:`~airflow_sagemaker_once.owned_job.OwnedJob` too. README.md shows an example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
from airflow.providers.amazon.aws.operators.sagemaker import (
    SageMakerAutoMLOperator,
    SageMakerModelOperator,
    SageMakerProcessingOperator,
    SageMakerTrainingOperator,
    SageMakerTransformOperator,
    SageMakerTuningOperator,
)

from airflow_sagemaker_once import joblog, kinds
from airflow_sagemaker_once.links import JobLink
from airflow_sagemaker_once.owned_job import OwnedJob
from airflow_sagemaker_once.owner import generation_name, generation_of, is_last_try, owner_tags
from airflow_sagemaker_once.submit import submit

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """Batch transform. Result URI: the output prefix.

    ``config`` is a CreateTransformJob request, or ``{"Model": …, "Transform": …}`` with a CreateModel request too: the
    model is then made first, or reused, and the transform uses it.
    """

    kind = kinds.TRANSFORM
    operator_extra_links = OwnedJob.operator_extra_links  # type: ignore[assignment]

    @property
    def request(self) -> dict[str, Any]:
        """The CreateTransformJob request."""
        return self.config.get("Transform", self.config)  # type: ignore[no-any-return]

    def parts(self) -> dict[str, kinds.JobKind]:
        """Give the requests in the config."""
        both = {"Model": kinds.MODEL, "Transform": kinds.TRANSFORM}
        if "Model" in self.config:
            return both
        return {"Transform": kinds.TRANSFORM} if "Transform" in self.config else super().parts()

    def make_first(self, context: Context, prepare: Callable[[], None]) -> None:
        """Make sure that the config's model exists once, and let the transform use it."""
        model = self.config.get("Model")
        if model is None:
            return
        name = generation_name(model["ModelName"], generation_of(context))
        asked = {**model, "ModelName": name}
        made = submit(self.hook.get_conn(), kinds.MODEL, asked, owner_tags(context), prepare=prepare, mask=self.mask)
        self.tell(kinds.MODEL, made, asked)
        self.config = {**self.config, "Transform": {**self.config["Transform"], "ModelName": made.name}}


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

    def __init__(self, *, config: Callable[..., dict[str, Any] | None] | dict[str, Any] | str, **kwargs: Any) -> None:
        # The request says all of it; the provider's own arguments cover only part of CreateAutoMLJob.
        super().__init__(
            config=config, job_name="", s3_input="", target_attribute="", s3_output="", role_arn="", **kwargs
        )

    def expand_role(self) -> None:
        """Expand an IAM role name into an ARN, as the provider's operators for the other kinds of job do."""
        if "RoleArn" in self.config:
            iam = AwsBaseHook(self.aws_conn_id, client_type="iam")
            self.config["RoleArn"] = iam.expand_role(self.config["RoleArn"])


class AutopilotTuningOperator(OwnedJob, SageMakerTuningOperator):
    """Tune hyperparameters; ``config`` is a CreateHyperParameterTuningJob request. Result URI: the best artifact.

    In place of a log, which the job has none of, the task's has why trainings of it failed.
    """

    kind = kinds.TUNING
    operator_extra_links = (JobLink(),)

    def _log_of(self, name: str, at_most: int) -> list[str]:  # noqa: ARG002 - there are a few
        lines = [self.mask(line) for line in joblog.failed_trainings(self.hook.get_conn(), name)]
        for line in lines:
            self.log.info("%s | %s", name, line)
        return lines


def on_demand(request: dict[str, Any]) -> dict[str, Any]:
    """Give the same training request without spot; MaxWaitTimeInSeconds is allowed with spot only."""
    stopping = {key: value for key, value in request["StoppingCondition"].items() if key != "MaxWaitTimeInSeconds"}
    return {**request, "EnableManagedSpotTraining": False, "StoppingCondition": stopping}
