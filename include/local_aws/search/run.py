"""One search from raw data to a best candidate, in Autopilot's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.local_aws.runner.s3 import Location, location
from include.local_aws.search import notebooks
from include.local_aws.search.candidates import Candidates, Featurized, step
from include.local_aws.search.columns import Columns
from include.local_aws.search.generated_module import generated_files
from include.local_aws.search.interface import Api, Json, Progress, SearchFailed
from include.local_aws.search.jobs import Job, Jobs, OutOfTime, SearchStopped
from include.local_aws.search.names import Names
from include.local_aws.search.objectives import Objective, objective_for
from include.local_aws.search.processors import Processor, processors_for
from include.local_aws.search.requests import Requests
from include.local_aws.search.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def run_search(request: Json, api: Api, s3: S3Client, progress: Progress) -> None:
    """Run the search of an AutoML job; return when it is done or was stopped.

    :param request: the V1-shaped CreateAutoMLJob request that was accepted, with `AutoMLJobArn`.
    :raises SearchFailed: there is no answer; says why.
    """
    settings = Settings.read(request)
    jobs = Jobs(api, progress, settings)
    try:
        _Search(settings, jobs, s3, progress).run()
    except SearchStopped:
        return
    except OutOfTime as error:
        raise SearchFailed(
            f"MaxAutoMLJobRuntimeInSeconds ({settings.max_seconds}) passed before any candidate had finished."
        ) from error
    finally:
        jobs.stop_all()


class _Search:
    def __init__(self, settings: Settings, jobs: Jobs, s3: S3Client, progress: Progress) -> None:
        self._settings = settings
        self._jobs = jobs
        self._s3 = s3
        self._progress = progress
        self._names = Names(settings.name, settings.output)
        self._requests = Requests(settings, self._names)
        self._processors = processors_for(settings.algorithms)

    def run(self) -> None:
        # Optuna takes half a second to import; the endpoint must not pay for it at its start.
        from include.local_aws.search.tuning import tune

        self._progress.secondary("AnalyzingData")
        built = self._build_data()
        columns = Columns.read(self._read(f"{self._names.columns}/columns.json"))
        objective = objective_for(columns.problem_type, self._settings.metric)
        self._publish(columns, objective)
        self._progress.secondary("FeatureEngineering")
        featurized = self._featurize(step("ProcessingJob", built))
        self._progress.secondary("ModelTuning")
        candidates = Candidates(self._requests, self._names, objective, columns)
        if tune(self._jobs, self._progress, candidates, featurized) is None:
            raise SearchFailed("No candidate finished successfully; see the FailureReason of the candidates.")
        self._progress.secondary("MergingAutoMLTaskReports")

    def _build_data(self) -> Json:
        built = self._jobs.wait(self._jobs.start("ProcessingJob", self._requests.data_builder()))[0]
        if built["ProcessingJobStatus"] != "Completed":
            raise SearchFailed(
                "Could not complete the data builder processing job. The AutoML Job cannot continue. "
                f"Failed Job Arn: {built['ProcessingJobArn']}. {built.get('FailureReason', '')}".rstrip()
            )
        return built

    def _publish(self, columns: Columns, objective: Objective) -> None:
        """Write the generated module and the notebooks, and tell what was found out."""
        names = self._names
        for path, text in generated_files(names.job, columns, self._processors).items():
            self._write(f"{names.generated_module}/{path}", text)
        exploration, definition = (
            f"{names.notebooks}/{name}" for name in (notebooks.EXPLORATION, notebooks.DEFINITION)
        )
        self._write(exploration, notebooks.exploration(names, columns))
        self._write(definition, notebooks.definition(names, objective, self._processors))
        criteria = {
            "MaxCandidates": self._settings.max_candidates,
            "MaxRuntimePerTrainingJobInSeconds": self._settings.max_training_seconds,
        }
        if self._settings.max_seconds is not None:
            criteria["MaxAutoMLJobRuntimeInSeconds"] = self._settings.max_seconds
        self._progress.update(
            AutoMLJobArtifacts={
                "CandidateDefinitionNotebookLocation": definition,
                "DataExplorationNotebookLocation": exploration,
            },
            ResolvedAttributes={
                "AutoMLJobObjective": {"MetricName": objective.name},
                "ProblemType": columns.problem_type,
                "CompletionCriteria": criteria,
            },
        )

    def _featurize(self, built: Json) -> list[Featurized]:
        """Fit every featurizer and featurize with it; those that fail are left out and told."""
        failures: list[str] = []
        fits = self._together("TrainingJob", {one: self._requests.fit(one) for one in self._processors}, failures)
        for processor, fit in fits.items():
            artifact = fit["ModelArtifacts"]["S3ModelArtifacts"]
            self._jobs.create_model(self._requests.model(processor, artifact))
        transforms = self._together("TransformJob", {one: self._requests.featurize(one) for one in fits}, failures)
        if failures:
            self._progress.update(PartialFailureReasons=[{"PartialFailureMessage": text} for text in failures])
        if not transforms:
            raise SearchFailed(f"No feature engineering step succeeded. {failures[0]}")
        return [
            Featurized(
                one,
                fits[one]["ModelArtifacts"]["S3ModelArtifacts"],
                (built, step("TrainingJob", fits[one]), step("TransformJob", transform)),
            )
            for one, transform in transforms.items()
        ]

    def _together(
        self, kind: str, requests: dict[Processor, Json], failures: list[str]
    ) -> dict[Processor, dict[str, Any]]:
        """Run one job per data processor; return the descriptions of those that completed."""
        started: dict[Processor, Job] = {one: self._jobs.start(kind, request) for one, request in requests.items()}
        ended = dict(zip(started, self._jobs.wait(*started.values()), strict=True))
        for described in ended.values():
            if described[f"{kind}Status"] != "Completed":
                reason = described.get("FailureReason", described[f"{kind}Status"])
                failures.append(f"{kind} {described[f'{kind}Name']}: {reason}")
        return {one: described for one, described in ended.items() if described[f"{kind}Status"] == "Completed"}

    def _read(self, uri: str) -> str:
        place: Location = location(uri)
        return self._s3.get_object(Bucket=place.bucket, Key=place.key)["Body"].read().decode()

    def _write(self, uri: str, text: str) -> None:
        place = location(uri)
        kms: dict[str, Any] = {}
        if self._settings.output_kms:
            kms = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._settings.output_kms}
        self._s3.put_object(Bucket=place.bucket, Key=place.key, Body=text.encode(), **kms)
