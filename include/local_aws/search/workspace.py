"""What searches of both modes begin with and need: the split data, its description, and their place in S3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from include.local_aws.runner.s3 import Location, location
from include.local_aws.runner.sources import resolve
from include.local_aws.search.columns import Columns
from include.local_aws.search.interface import Json, Progress, SearchFailed
from include.local_aws.search.jobs import Jobs
from include.local_aws.search.names import Names
from include.local_aws.search.objectives import Objective
from include.local_aws.search.requests import Requests
from include.local_aws.search.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The user metadata by which an object says where its rows come from, and that they are SYNTHETIC.
_SOURCE = "data-source"


@dataclass(frozen=True)
class Workspace:
    """One search's settings, jobs, names and S3."""

    settings: Settings
    jobs: Jobs
    s3: S3Client
    progress: Progress
    _failures: list[str] = field(default_factory=list)

    @property
    def names(self) -> Names:
        """The names of everything it leaves."""
        return Names(self.settings.name, self.settings.output)

    @property
    def requests(self) -> Requests:
        """The requests of its jobs."""
        return Requests(self.settings, self.names)

    def build_data(self) -> Json:
        """Split the data; return the description of the processing job.

        :raises SearchFailed: the data cannot be searched.
        """
        built = self.jobs.wait(self.jobs.start("ProcessingJob", self.requests.data_builder()))[0]
        if built["ProcessingJobStatus"] != "Completed":
            raise SearchFailed(
                "Could not complete the data builder processing job. The AutoML Job cannot continue. "
                f"Failed Job Arn: {built['ProcessingJobArn']}. {built.get('FailureReason', '')}".rstrip()
            )
        return built

    def columns(self) -> Columns:
        """Return what the data builder found out."""
        place: Location = location(f"{self.names.columns}/columns.json")
        return Columns.read(self.s3.get_object(Bucket=place.bucket, Key=place.key)["Body"].read().decode())

    def source(self) -> str | None:
        """Return where the searched rows come from, in the words of their object's metadata; None without any."""
        given = self.settings.channels[0]
        found = resolve(self.s3, given.uri, given.data_type)
        place = min(found, key=lambda one: one.path).place
        return self.s3.head_object(Bucket=place.bucket, Key=place.key)["Metadata"].get(_SOURCE)

    def resolve(self, columns: Columns, objective: Objective, **artifacts: str) -> None:
        """Tell what was found out, and where the notebooks are."""
        criteria = {
            "MaxCandidates": self.settings.max_candidates,
            "MaxRuntimePerTrainingJobInSeconds": self.settings.max_training_seconds,
        }
        if self.settings.max_seconds is not None:
            criteria["MaxAutoMLJobRuntimeInSeconds"] = self.settings.max_seconds
        self.progress.update(
            AutoMLJobArtifacts=artifacts,
            ResolvedAttributes={
                "AutoMLJobObjective": {"MetricName": objective.name},
                "ProblemType": columns.problem_type,
                "CompletionCriteria": criteria,
            },
        )

    def failed_partly(self, *reasons: str) -> None:
        """Tell what has failed without ending the search."""
        self._failures.extend(reasons)
        self.progress.update(PartialFailureReasons=[{"PartialFailureMessage": text} for text in self._failures])

    def write(self, uri: str, text: str) -> None:
        """Write a text, encrypted as the search was asked to."""
        place = location(uri)
        self.s3.put_object(Bucket=place.bucket, Key=place.key, Body=text.encode(), **self._encryption)

    def copy(self, source: str, target: str) -> None:
        """Copy an object within S3."""
        at, to = location(source), location(target)
        origin = {"Bucket": at.bucket, "Key": at.key}
        self.s3.copy_object(Bucket=to.bucket, Key=to.key, CopySource=origin, **self._encryption)  # type: ignore[arg-type]

    @property
    def _encryption(self) -> dict[str, Any]:
        key = self.settings.output_kms
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
