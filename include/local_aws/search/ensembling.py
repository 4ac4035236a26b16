"""The mode ENSEMBLING: a few trials, each one training job that leaves a whole model; the best one wins.

Autopilot runs up to ten trials of AutoGluon. Here are the trials of :data:`TRIALS`, in this order, and no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from include.local_aws.search import notebooks
from include.local_aws.search.algorithms import AUTOGLUON
from include.local_aws.search.candidates import logged, metrics, no_winner, outline, step
from include.local_aws.search.columns import Columns
from include.local_aws.search.interface import Json, SearchFailed
from include.local_aws.search.jobs import Job, OutOfTime, SearchStopped
from include.local_aws.search.objectives import Objective, objective_for
from include.local_aws.search.requests import ACCEPT, channel, container, inference
from include.local_aws.search.workspace import Workspace

_CSV = "text/csv"
_LABEL = "predicted_label"
_OF_CLASSES = f"{_LABEL},probability,probabilities,labels"
# Hyperparameters of the trials: a good start on many small tables, a smoother and a finer one.
TRIALS: tuple[dict[str, str], ...] = (
    {"num_round": "150", "max_depth": "4", "eta": "0.1", "trees": "60", "min_samples_leaf": "2"},
    {"num_round": "250", "max_depth": "2", "eta": "0.1", "trees": "60", "min_samples_leaf": "5"},
    {"num_round": "250", "max_depth": "6", "eta": "0.05", "trees": "90", "min_samples_leaf": "1"},
)


def blend(workspace: Workspace) -> Json:
    """Run the trials; return the best candidate when they are done.

    :raises SearchFailed: the data cannot be searched, or no trial finished.
    :raises SearchStopped: the user stopped the search.
    :raises OutOfTime: time is over and no trial has finished.
    """
    progress, names = workspace.progress, workspace.names
    progress.secondary("AnalyzingData")
    workspace.build_data()
    columns = workspace.columns()
    objective = objective_for(columns.problem_type, workspace.settings.metric)
    exploration = f"{names.ensemble_notebooks}/{notebooks.EXPLORATION}"
    workspace.write(exploration, notebooks.exploration(workspace.settings, columns, workspace.source()))
    workspace.resolve(columns, objective, DataExplorationNotebookLocation=exploration)
    progress.secondary("TrainingModels")
    trials = _Trials(workspace, columns, objective)
    best = trials.run()
    if best is None:
        raise SearchFailed(no_winner(trials.ended, workspace.settings.max_training_seconds))
    return best


@dataclass
class _Trials:
    """The trials of one search.

    :param best: the best one so far, as it is told; `value` is its objective.
    """

    workspace: Workspace
    columns: Columns
    objective: Objective
    best: Json | None = None
    value: float | None = None
    ended: list[Json] = field(default_factory=list)

    def run(self) -> Json | None:
        jobs = self.workspace.jobs
        running: dict[int, Job] = {}
        try:
            for number, settings in enumerate(TRIALS[: self.workspace.settings.max_candidates], 1):
                running[number] = jobs.start("TrainingJob", self._request(number, settings))
                self._show(number, jobs.describe(running[number]))
            for number in list(running):
                self._end(number, jobs.wait(running[number])[0])
                del running[number]
        except (OutOfTime, SearchStopped) as ended:
            jobs.stop_all()
            for number, job in running.items():
                self._show(number, jobs.describe(job))
            if self.best is None or isinstance(ended, SearchStopped):
                raise
        return self.best

    def _request(self, number: int, settings: dict[str, str]) -> Json:
        workspace, names = self.workspace, self.workspace.names
        told = {"members": ",".join(workspace.settings.algorithms), **settings}
        workspace.write(f"{names.ensemble_notebooks}/trial_configs/t{number}.json", json.dumps(told, indent=2))
        channels = [
            channel("train", f"{names.tuning_data}/train", _CSV, "FullyReplicated", "File"),
            channel("validation", f"{names.tuning_data}/validation", _CSV, "FullyReplicated", "File"),
            channel("columns", names.columns, "application/json", "FullyReplicated", "File"),
        ]
        limit = workspace.settings.max_training_seconds
        return workspace.requests.training(names.trial(number), AUTOGLUON.training, told, channels, names.trials, limit)

    def _end(self, number: int, child: Json) -> None:
        self.ended.append(child)
        value = logged(child).get(self.objective.logged_by(AUTOGLUON))
        completed = child["TrainingJobStatus"] == "Completed" and value is not None
        if completed:
            artifact = self.workspace.names.ensemble(self.workspace.names.trial_candidate(number))
            self.workspace.copy(child["ModelArtifacts"]["S3ModelArtifacts"], artifact)
        candidate = self._show(number, child)
        if completed and value is not None and (self.value is None or self.objective.better(value, self.value)):
            self.best, self.value = candidate, value
            self.workspace.progress.best(candidate["CandidateName"])

    def _show(self, number: int, child: Json) -> Json:
        name = self.workspace.names.trial_candidate(number)
        candidate = outline(name, [step("TrainingJob", child)], child)
        if child["TrainingJobStatus"] == "Completed":
            candidate |= self._result(name, logged(child))
        self.workspace.progress.candidate(candidate)
        return candidate

    def _result(self, name: str, found: dict[str, float]) -> Json:
        result: Json = {
            "InferenceContainers": [self._container(name)],
            "CandidateProperties": {"CandidateMetrics": _without_set(metrics(self.objective, AUTOGLUON, found))},
        }
        own = self.objective.logged_by(AUTOGLUON)
        if own in found:
            result["FinalAutoMLJobObjectiveMetric"] = {
                "Type": self.objective.direction.capitalize(),
                "MetricName": self.objective.name,
                "Value": found[own],
                "StandardMetricName": self.objective.name,
            }
        return result

    def _container(self, name: str) -> Json:
        environment = {
            ACCEPT: _CSV,
            "SAGEMAKER_PROGRAM": "tabular_serve.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            **inference(_OF_CLASSES if self.columns.labels else _LABEL),
        }
        uri = AUTOGLUON.serving.uri(self.workspace.settings.region)
        return container(uri, self.workspace.names.ensemble(name), environment)


def _without_set(told: list[Json]) -> list[Json]:
    """Return metrics as this mode tells them: which rows they are of is not said."""
    return [{name: value for name, value in one.items() if name != "Set"} for one in told]
