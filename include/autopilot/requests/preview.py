"""Every request that a run would send, before any is sent, and how each differs from the template's.

What depends on an earlier job is foretold where SageMaker's rules allow it (the address of an artifact follows from its
job's name) and left out where they do not (a search's winner).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from include.autopilot.drops.manifest import fit_manifest_of, manifest_uri, to_featurize
from include.autopilot.drops.plan import Plan
from include.autopilot.drops.secondchallenger import second_plan
from include.autopilot.drops.split import SIDES
from include.autopilot.requests import refit, replay, retune, searchagain
from include.autopilot.template.projection import Request
from include.autopilot.template.published import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The task of a step -> that of the second challenger, which runs beside it; features are made once.
SECOND = {"train": "train_window", "create_model": "create_window", "predict": "predict_window"}
# What tells the entries of a list apart, in requests that have lists of structures.
_NAMES = ("ChannelName", "Key", "InputName", "OutputName")


@dataclass(frozen=True)
class Foretold:
    """A request that a run would send.

    :param step: the task that sends it.
    :param kind: TrainingJob, TransformJob, Model, AutoMLJob, AutoMLJobV2 or HyperParameterTuningJob.
    :param template: the request that it was made from.
    :param replays: whether the job named in it did the same work for Autopilot.
    """

    step: str
    kind: str
    request: Request
    template: Request
    replays: bool = True

    @property
    def work(self) -> tuple[str, Request]:
        """Return kind and request of what runs on instances: of a tuning job, of each of its trainings."""
        return ("TrainingJob", self.request["TrainingJobDefinition"]) if self._tunes else (self.kind, self.request)

    @property
    def times(self) -> int:
        """Return how many of it there are; ``at_once``: at a time."""
        return self._limit("MaxNumberOfTrainingJobs")

    @property
    def at_once(self) -> int:
        """Return how many of it run at a time."""
        return self._limit("MaxParallelTrainingJobs")

    @property
    def _tunes(self) -> bool:
        return self.kind == retune.KIND

    def _limit(self, name: str) -> int:
        return int(self.request[f"{retune.KIND}Config"]["ResourceLimits"][name]) if self._tunes else 1


@dataclass(frozen=True)
class Change:
    """A value at a path; ``template`` or ``run`` is None where the one or the other request has none."""

    path: str
    template: Any
    run: Any


def foretell(s3: S3Client, template: Template, plan: Plan) -> list[Foretold]:
    """Return the requests in the order of the steps; of a retune the model is shown with the replay's artifact."""
    if plan.path == "search_again":
        search = template.repeatable
        return [Foretold("search_again", search.kind, searchagain.again_request(template, plan), search.request, False)]
    steps = template.steps
    featurizer = artifact = None
    found: list[Foretold] = []
    if plan.path == "refit":
        fit = refit.fit_request(template, plan, fit_manifest_of(plan))
        artifact = artifact_of(fit)
        model = refit.featurizer_request(template, plan, artifact)
        featurizer = model["ModelName"]
        found.append(Foretold("fit_featurizer", "TrainingJob", fit, steps.fit or {}))
        found.append(Foretold("create_featurizer", "Model", model, steps.featurizer))
    for drop in to_featurize(s3, plan):
        request = replay.featurize_request(template, drop, featurizer, plan.kms_key)
        found.append(Foretold("featurize", "TransformJob", request, steps.featurize))
    manifests = {side: manifest_uri(plan, side) for side in SIDES}
    train = replay.training_request(template, plan, manifests)
    tuned = []
    if plan.retune is not None:
        before = {"TrainingJobDefinition": retune.definition_of(steps.train, steps.train.get("HyperParameters", {}))}
        tuned = [Foretold("retune", retune.KIND, retune.retune_request(template, plan, manifests), before)]
    pipeline = replay.model_request(template, plan, artifact_of(train), artifact)
    predict = replay.prediction_request(template, plan, pipeline["ModelName"])
    return [
        *found,
        Foretold("train", "TrainingJob", train, steps.train),
        *tuned,
        Foretold("create_model", "Model", pipeline, steps.model),
        Foretold("predict", "TransformJob", predict, steps.featurize, replays=False),
    ]


def foretell_second(s3: S3Client, template: Template, plan: Plan) -> list[Foretold]:
    """Return the requests of the run's second challenger; none where there is none."""
    second = second_plan(s3, plan)
    found = foretell(s3, template, second) if second else []
    return [replace(one, step=SECOND[one.step]) for one in found if one.step in SECOND]


def artifact_of(training: Request) -> str:
    """Return where SageMaker puts the artifact of a training job."""
    return f"{training['OutputDataConfig']['S3OutputPath']}/{training['TrainingJobName']}/output/model.tar.gz"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return where two requests differ, by path; an entry of a list is told by its name where it has one."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    paths = [*old, *(path for path in new if path not in old)]
    return [Change(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, entry in value.items():
            yield from _leaves(entry, f"{path}.{name}" if path else str(name))
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for index, entry in enumerate(value):
            yield from _leaves(entry, f"{path}[{_name(entry, index)}]")
    elif path:
        yield path, value


def _name(entry: Any, index: int) -> str:
    names = (str(entry[name]) for name in _NAMES if name in entry) if isinstance(entry, Mapping) else iter(())
    return next(names, str(index))
