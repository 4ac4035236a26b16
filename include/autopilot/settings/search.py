"""Where a model's pipeline comes from, as its YAML says: a search that is still to be made, or a job that exists."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from include.autopilot.base.metrics import metrics_of
from include.autopilot.base.near import asked
from include.autopilot.settings.values import (
    AutomlJobName,
    CandidateName,
    Columns,
    Instant,
    JobName,
    Names,
    RoleArn,
    Seconds,
    Text,
    distinct,
)

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
Algorithm = Literal["xgboost", "linear-learner", "mlp"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)


@dataclass(frozen=True, config=_STRICT)
class SearchConfig:
    """How Autopilot searches for the pipeline. Times in seconds; ``cutoff`` is the newest data the search may see."""

    role_arn: RoleArn
    cutoff: Instant
    problem_type: Literal["Regression", "BinaryClassification", "MulticlassClassification"]
    metric: Text
    max_candidates: Annotated[int, Field(ge=1, le=750)]
    max_runtime_per_training_seconds: Seconds
    max_runtime_seconds: Seconds
    algorithms: Annotated[tuple[Algorithm, ...], AfterValidator(distinct)] = ()

    def __post_init__(self) -> None:
        """Check that Autopilot would take the metric for the problem, and that a training fits into the search."""
        names = [metric.name for metric in metrics_of(self.problem_type) if metric.searched]
        if self.metric not in names:
            raise ValueError(
                f"metric is {self.metric!r}, which is no objective of a {self.problem_type}. Write one of: "
                f"{', '.join(names)}.{asked(self.metric, names)}"
            )
        if self.max_runtime_per_training_seconds > self.max_runtime_seconds:
            raise ValueError(
                f"max_runtime_per_training_seconds is {self.max_runtime_per_training_seconds}, more than the "
                f"{self.max_runtime_seconds} of max_runtime_seconds, the whole search. Correct one of them"
            )


@dataclass(frozen=True, config=_STRICT)
class AutopilotConfig:
    """An Autopilot job that exists already; docs/models.md explains every key.

    Either ``job``, with or without ``candidate``; or both ``transform_job`` and ``training_job``; or ``template``.
    """

    job: AutomlJobName | None = None
    candidate: CandidateName | None = None
    transform_job: JobName | None = None
    training_job: JobName | None = None
    template: Text | None = None
    columns: Columns = ()
    labels: Names = ()
    searched_until: Instant | None = None

    def __post_init__(self) -> None:
        """Check that exactly one way to find the candidate is taken."""
        by_jobs = (self.transform_job, self.training_job)
        if any(by_jobs) and not all(by_jobs):
            raise ValueError("name both transform_job and training_job")
        if [self.job, all(by_jobs) or None, self.template].count(None) != 2:
            raise ValueError("name a job, or a transform_job and a training_job, or a template: exactly one of these")
        if self.template and self.labels:
            raise ValueError("a template has its own classes: state labels to the describe command that writes it")
        if self.candidate and not self.job:
            raise ValueError("a candidate can be named only together with its job")
        if len(self.labels) == 1:
            raise ValueError(f"labels has the one class {self.labels[0]!r}. Write all classes, two or more")
