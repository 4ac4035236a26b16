"""What is not carried over: members that a Describe response has and the Create request must not get, with the reason.

This is the only such table. Everything else that both sides know is carried, see
:mod:`include.autopilot.template.projection`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from include.autopilot.base.lenient import at
from include.autopilot.candidate.images import KNOWN, repository

# Given the whole request and the structure that holds the member: whether it has to go.
Condition = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Rule:
    """A member that is left out.

    :param path: where it is; ``[]`` stands for every element of a list.
    :param when: None: always.
    """

    kind: str
    path: str
    reason: str
    when: Condition | None = None


def _beside(*names: str) -> Condition:
    return lambda _request, holder: any(holder.get(name) is not None for name in names)


def _amazons_image(request: Mapping[str, Any], _holder: Mapping[str, Any]) -> bool:
    return repository(str(at(request, "AlgorithmSpecification", "TrainingImage") or "")) in KNOWN


def _on_demand(request: Mapping[str, Any], _holder: Mapping[str, Any]) -> bool:
    return not request.get("EnableManagedSpotTraining")


_SELECTED = "read-only: what SageMaker chose; Create refuses it"
_PREFERENCES = "excludes the other ways to say where to run, which say what the job really ran on"
_OLD_DEBUG = "points at the old job's S3 paths, and its rules start further paid jobs"
_OLD_EXPERIMENT = "names an experiment run of the old job"
_OLD_CAPTURE = "writes what it captures to the old job's S3 path"
_ONE_SOURCE = "returned beside ModelDataUrl; a model that has it cannot be used for batch transform"
_DEPLOYS = "would put the new winner behind an endpoint before anybody compared it with the old one"

_CLUSTER = "ProcessingResources.ClusterConfig"
_ALGORITHM = "AlgorithmSpecification"

EXCEPTIONS: tuple[Rule, ...] = (
    Rule("TrainingJob", "ResourceConfig.SelectedInstanceType", _SELECTED),
    Rule("TrainingJob", "ResourceConfig.SelectedInstanceCount", _SELECTED),
    Rule("ProcessingJob", f"{_CLUSTER}.SelectedInstanceType", _SELECTED),
    Rule("ProcessingJob", f"{_CLUSTER}.SelectedInstanceCount", _SELECTED),
    Rule(
        "TrainingJob",
        "ResourceConfig.InstancePreferences",
        _PREFERENCES,
        _beside("InstanceType", "InstanceGroups", "InstancePlacementConfig"),
    ),
    Rule("TrainingJob", "ResourceConfig.InstanceGroups", "excludes InstanceType", _beside("InstanceType")),
    Rule("ProcessingJob", f"{_CLUSTER}.InstancePreferences", _PREFERENCES, _beside("InstanceType")),
    Rule(
        "TrainingJob",
        f"{_ALGORITHM}.MetricDefinitions",
        "returned by Describe for Amazon's own images, refused by Create: they cannot be overridden",
        _amazons_image,
    ),
    Rule(
        "TrainingJob",
        f"{_ALGORITHM}.TrainingImage",
        "excludes AlgorithmName; Describe resolves the name to its image",
        _beside("AlgorithmName"),
    ),
    Rule(
        "TrainingJob",
        "StoppingCondition.MaxWaitTimeInSeconds",
        "accepted only together with spot training",
        _on_demand,
    ),
    Rule("TrainingJob", "DebugHookConfig", _OLD_DEBUG),
    Rule("TrainingJob", "DebugRuleConfigurations", _OLD_DEBUG),
    Rule("TrainingJob", "ProfilerConfig", _OLD_DEBUG + "; not known in every region"),
    Rule("TrainingJob", "ProfilerRuleConfigurations", _OLD_DEBUG),
    Rule("TrainingJob", "TensorBoardOutputConfig", _OLD_DEBUG),
    Rule("TrainingJob", "ExperimentConfig", _OLD_EXPERIMENT),
    Rule("TrainingJob", "MlflowConfig", _OLD_EXPERIMENT),
    Rule("TransformJob", "ExperimentConfig", _OLD_EXPERIMENT),
    Rule("TransformJob", "DataCaptureConfig", _OLD_CAPTURE),
    Rule("ProcessingJob", "ExperimentConfig", _OLD_EXPERIMENT),
    Rule("Model", "PrimaryContainer.ModelDataSource", _ONE_SOURCE, _beside("ModelDataUrl")),
    Rule("Model", "Containers[].ModelDataSource", _ONE_SOURCE, _beside("ModelDataUrl")),
    Rule("AutoMLJob", "ModelDeployConfig", _DEPLOYS),
    Rule("AutoMLJobV2", "ModelDeployConfig", _DEPLOYS),
)


@dataclass(frozen=True)
class LeftOut:
    """One member that a request does not get. ``path`` has the place in a list: ``Containers[0].ModelDataSource``."""

    path: str
    value: Any
    reason: str


def take_out(kind: str, request: dict[str, Any]) -> list[LeftOut]:
    """Remove from a request what the table says, and return it."""
    taken: list[LeftOut] = []
    for rule in EXCEPTIONS:
        if rule.kind == kind:
            _take(rule, request, request, rule.path.split("."), "", taken)
    return taken


def _take(rule: Rule, request: dict[str, Any], holder: Any, path: list[str], place: str, taken: list[LeftOut]) -> None:
    name, rest = path[0].removesuffix("[]"), path[1:]
    if not isinstance(holder, dict) or name not in holder:
        return
    if not rest:
        if rule.when is None or rule.when(request, holder):
            taken.append(LeftOut(place + name, holder.pop(name), rule.reason))
    elif path[0].endswith("[]"):
        entries = holder[name] if isinstance(holder[name], list) else []
        for index, entry in enumerate(entries):
            _take(rule, request, entry, rest, f"{place}{name}[{index}].", taken)
    else:
        _take(rule, request, holder[name], rest, f"{place}{name}.", taken)
