"""The SageMaker resources this package creates: how each is named, created, listed, described and stopped."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Description = Mapping[str, Any]
LIVE = frozenset({"InProgress", "Stopping", "Pending", "Starting"})


def _no_result(_description: Description) -> str | None:
    return None


def _no_limit(_request: Description) -> int | None:
    return None


def _nothing(_description: Description) -> bool:
    return False


def _same_stem(_request: Description) -> str:
    return ""


@dataclass(frozen=True)
class JobKind:
    """One kind of SageMaker resource, in the words of its API.

    :param label: what a person calls it, e.g. ``training job``.
    :param stem: the resource's stem in boto3's method names, e.g. ``training_job``.
    :param member: the stem in API members: ``<member>Name``, ``<member>Arn``, ``<member>Status``.
    :param page: the console's page for one such resource.
    :param log_group: the CloudWatch log group its containers write to; empty where there is none.
    :param result: where a finished one put its result (an S3 URI), read from its description.
    :param limit: how long one may take in seconds, read from its request; None where the API knows no limit.
    :param worked: whether jobs that one started have run, so that another one would pay for them again.
    :param starts_jobs: whether one starts jobs in its turn, which are paid for while it waits for capacity for others.
    :param describe_stem: the stem of its Describe method where that differs.
    :param create_stem: the stem of its Create method where that differs, read from the request.
    """

    label: str
    stem: str
    member: str
    page: str
    log_group: str = ""
    result: Callable[[Description], str | None] = _no_result
    limit: Callable[[Description], int | None] = _no_limit
    worked: Callable[[Description], bool] = _nothing
    starts_jobs: bool = False
    describe_stem: str = ""
    create_stem: Callable[[Description], str] = _same_stem

    @property
    def name_member(self) -> str:
        """The request member that carries the resource's name."""
        return f"{self.member}Name"

    @property
    def arn_member(self) -> str:
        """The description's member that carries the ARN."""
        return f"{self.member}Arn"

    def status(self, description: Description) -> str:
        """Give the status in SageMaker's words; a model has none and is Completed once it exists."""
        return str(description.get(f"{self.member}Status", "Completed"))

    def secondary(self, description: Description) -> str:
        """Give the finer status, e.g. ``MaxRuntimeExceeded`` or ``ModelTuning``; empty where there is none."""
        return str(description.get("SecondaryStatus") or description.get(f"{self.member}SecondaryStatus") or "")

    def create(self, client: Any, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send the Create request and give the answer, which names the ARN."""
        return getattr(client, f"create_{self.create_stem(request) or self.stem}")(**request)  # type: ignore[no-any-return]

    def describe(self, client: Any, name: str) -> Description:
        """Describe one by name; raises botocore's ClientError as it comes."""
        method = getattr(client, f"describe_{self.describe_stem or self.stem}")
        return method(**{self.name_member: name})  # type: ignore[no-any-return]

    def stop(self, client: Any, name: str) -> None:
        """Ask AWS to stop it."""
        getattr(client, f"stop_{self.stem}")(**{self.name_member: name})

    def summaries(self, client: Any, **query: Any) -> list[Mapping[str, Any]]:
        """Give one page of the List operation, newest first."""
        return next(self.pages(client, **query))

    def pages(self, client: Any, **query: Any) -> Iterator[list[Mapping[str, Any]]]:
        """Give the pages of the List operation, newest first; a page that is not taken is not asked for."""
        asked: dict[str, Any] = {"SortBy": "CreationTime", "SortOrder": "Descending", **query}
        while True:
            page = getattr(client, f"list_{self.stem}s")(**asked)
            yield page[f"{self.member}Summaries"]
            if not page.get("NextToken"):
                return
            asked["NextToken"] = page["NextToken"]


def _training_limit(request: Description) -> int | None:
    condition = request.get("StoppingCondition", {})
    # With spot the wait for capacity counts too, and its limit is the larger one.
    return condition.get("MaxWaitTimeInSeconds") or condition.get("MaxRuntimeInSeconds")  # type: ignore[no-any-return]


def _is_second_version(request: Description) -> bool:
    return "AutoMLProblemTypeConfig" in request


def _automl_limit(request: Description) -> int | None:
    tabular = request.get("AutoMLProblemTypeConfig", {}).get("TabularJobConfig", {})
    config = tabular if _is_second_version(request) else request.get("AutoMLJobConfig", {})
    return config.get("CompletionCriteria", {}).get("MaxAutoMLJobRuntimeInSeconds")  # type: ignore[no-any-return]


def _tuning_limit(request: Description) -> int | None:
    """Give the job's own limit, else the longest time that its trainings take, so many at a time."""
    limits = request.get("HyperParameterTuningJobConfig", {}).get("ResourceLimits", {})
    own: int | None = limits.get("MaxRuntimeInSeconds")
    each = _training_limit(request.get("TrainingJobDefinition", {}))
    jobs, parallel = (limits.get(f"Max{which}TrainingJobs") for which in ("NumberOf", "Parallel"))
    if own or not (each and jobs and parallel):
        return own
    return int(math.ceil(jobs / parallel) * each)


def _best_artifact(described: Description) -> str | None:
    """Give the artifact of a tuning job's best training job; None without one, or where it says not where it lies."""
    best = described.get("BestTrainingJob", {}).get("TrainingJobName")
    folder = described.get("TrainingJobDefinition", {}).get("OutputDataConfig", {}).get("S3OutputPath")
    return f"{folder.rstrip('/')}/{best}/output/model.tar.gz" if best and folder else None


def _has_trained(described: Description) -> bool:
    counters = described.get("TrainingJobStatusCounters", {})
    return any(counters.get(status) for status in ("Completed", "Stopped", "NonRetryableError"))


TRAINING = JobKind(
    "training job",
    "training_job",
    "TrainingJob",
    "jobs",
    "/aws/sagemaker/TrainingJobs",
    result=lambda described: described.get("ModelArtifacts", {}).get("S3ModelArtifacts"),
    limit=_training_limit,
)
TRANSFORM = JobKind(
    "transform job",
    "transform_job",
    "TransformJob",
    "transform-jobs",
    "/aws/sagemaker/TransformJobs",
    result=lambda described: described["TransformOutput"]["S3OutputPath"],
)
PROCESSING = JobKind(
    "processing job",
    "processing_job",
    "ProcessingJob",
    "processing-jobs",
    "/aws/sagemaker/ProcessingJobs",
    limit=lambda request: request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds"),
)
MODEL = JobKind("model", "model", "Model", "models")
# DescribeAutoMLJob refuses jobs made with CreateAutoMLJobV2; DescribeAutoMLJobV2 reads both.
AUTOML = JobKind(
    "AutoML job",
    "auto_ml_job",
    "AutoMLJob",
    "automl-jobs",
    limit=_automl_limit,
    starts_jobs=True,
    describe_stem="auto_ml_job_v2",
    create_stem=lambda request: "auto_ml_job_v2" if _is_second_version(request) else "",
)
# Its trainings write logs of their own, of which there are too many for the task's.
TUNING = JobKind(
    "tuning job",
    "hyper_parameter_tuning_job",
    "HyperParameterTuningJob",
    "hyper-tuning-jobs",
    result=_best_artifact,
    limit=_tuning_limit,
    worked=_has_trained,
    starts_jobs=True,
)
# Endpoints are no jobs: nothing waits for them on the shared poller, and nothing stops them.
ENDPOINT_CONFIG = JobKind("endpoint configuration", "endpoint_config", "EndpointConfig", "endpointConfig")
ENDPOINT = JobKind("endpoint", "endpoint", "Endpoint", "endpoints")
BY_MEMBER = {kind.member: kind for kind in (TRAINING, TRANSFORM, PROCESSING, MODEL, AUTOML, TUNING)}
