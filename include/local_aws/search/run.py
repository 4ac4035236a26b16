"""One search from raw data to a best candidate, in Autopilot's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.local_aws.search import notebooks
from include.local_aws.search.candidates import Candidates, Featurized, step
from include.local_aws.search.columns import Columns
from include.local_aws.search.ensembling import blend
from include.local_aws.search.generated_module import generated_files
from include.local_aws.search.interface import Api, Json, Progress, SearchFailed
from include.local_aws.search.jobs import Job, Jobs, OutOfTime, SearchStopped
from include.local_aws.search.objectives import Objective, objective_for
from include.local_aws.search.processors import Processor, processors_for
from include.local_aws.search.reports import report
from include.local_aws.search.settings import Settings
from include.local_aws.search.tuning import tune
from include.local_aws.search.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_OUT_OF_TIME = "MaxAutoMLJobRuntimeReached"


def run_search(request: Json, api: Api, s3: S3Client, progress: Progress) -> str:
    """Run the search of an AutoML job; return when it is done or was stopped, with the last secondary status.

    :param request: the V1-shaped CreateAutoMLJob request that was accepted, with `AutoMLJobArn`.
    :raises SearchFailed: there is no answer; says why.
    """
    settings = Settings.read(request)
    jobs = Jobs(api, progress, settings)
    workspace = Workspace(settings, jobs, s3, progress)
    try:
        best = blend(workspace) if settings.ensembling else _Search(workspace).run()
        secondary = report(workspace, best)
        progress.secondary("MergingAutoMLTaskReports")
    except SearchStopped:
        return "Stopped"
    except OutOfTime:  # before any candidate had finished: AWS ends such a job well, without a BestCandidate
        return _OUT_OF_TIME
    finally:
        jobs.stop_all()
    return _OUT_OF_TIME if jobs.out_of_time else secondary


class _Search:
    """The mode HYPERPARAMETER_TUNING."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._jobs = workspace.jobs
        self._progress = workspace.progress
        self._names = workspace.names
        self._requests = workspace.requests
        self._processors = processors_for(workspace.settings.algorithms)

    def run(self) -> Json:
        self._progress.secondary("AnalyzingData")
        built = self._workspace.build_data()
        columns = self._workspace.columns()
        objective = objective_for(columns.problem_type, self._workspace.settings.metric)
        self._publish(columns, objective)
        self._progress.secondary("FeatureEngineering")
        featurized = self._featurize(step("ProcessingJob", built))
        self._progress.secondary("ModelTuning")
        candidates = Candidates(self._requests, self._names, objective, columns)
        return tune(self._jobs, self._progress, candidates, featurized)

    def _publish(self, columns: Columns, objective: Objective) -> None:
        """Write the generated module and the notebooks, and tell what was found out."""
        names, write = self._names, self._workspace.write
        for path, text in generated_files(names.job, columns, self._processors).items():
            write(f"{names.generated_module}/{path}", text)
        source = self._workspace.source()
        exploration, definition = (
            f"{names.notebooks}/{name}" for name in (notebooks.EXPLORATION, notebooks.DEFINITION)
        )
        write(exploration, notebooks.exploration(self._workspace.settings, columns, source))
        write(definition, notebooks.definition(self._requests, objective, columns, self._processors, source))
        self._workspace.resolve(
            columns,
            objective,
            CandidateDefinitionNotebookLocation=definition,
            DataExplorationNotebookLocation=exploration,
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
            self._workspace.failed_partly(*failures)
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
