"""From a job's description to the request that would create it again.

Every member that botocore's service model knows both in a Create request and in the matching Describe response has the
same name and the same shape, so a request is: the description, cut down to the members of the Create input, without
what Describe spells for "unset", and without the exceptions below. Nothing is listed that the model can tell.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

Request = dict[str, Any]

KINDS = ("TrainingJob", "TransformJob", "ProcessingJob", "Model", "AutoMLJob", "AutoMLJobV2")

# Repositories of the images whose metric definitions are built in. Autopilot uses no others.
_FIRST_PARTY = frozenset({"sagemaker-xgboost", "sagemaker-sklearn-automl", "linear-learner", "mxnet-algorithms"})


@dataclass(frozen=True)
class Rule:
    """A member that Describe returns and Create must not get.

    :param path: where it is; ``[]`` stands for every element of a list.
    :param when: given the whole request, whether the rule applies to it; None: always.
    """

    kind: str
    path: str
    reason: str
    when: Callable[[Request], bool] | None = None


def _first_party(request: Request) -> bool:
    image = str(request.get("AlgorithmSpecification", {}).get("TrainingImage", ""))
    return image.rpartition("/")[2].partition(":")[0] in _FIRST_PARTY


def _has(*path: str) -> Callable[[Request], bool]:
    def present(request: Request) -> bool:
        value: Any = request
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value is not None

    return present


_OLD_DEBUG = "points at the old job's S3 paths, and its rules start further paid jobs"
_OLD_EXPERIMENT = "names an experiment run of the old job"
_SELECTED = "read-only: what SageMaker chose; Create refuses it"

EXCEPTIONS: tuple[Rule, ...] = (
    Rule("TrainingJob", "ResourceConfig.SelectedInstanceType", _SELECTED),
    Rule("TrainingJob", "ResourceConfig.SelectedInstanceCount", _SELECTED),
    Rule("ProcessingJob", "ProcessingResources.ClusterConfig.SelectedInstanceType", _SELECTED),
    Rule("ProcessingJob", "ProcessingResources.ClusterConfig.SelectedInstanceCount", _SELECTED),
    Rule(
        "TrainingJob",
        "ResourceConfig.InstancePreferences",
        "excludes InstanceType, which says what the job really ran on",
        _has("ResourceConfig", "InstanceType"),
    ),
    Rule(
        "TrainingJob",
        "ResourceConfig.InstanceGroups",
        "excludes InstanceType",
        _has("ResourceConfig", "InstanceType"),
    ),
    Rule(
        "ProcessingJob",
        "ProcessingResources.ClusterConfig.InstancePreferences",
        "excludes InstanceType, which says what the job really ran on",
        _has("ProcessingResources", "ClusterConfig", "InstanceType"),
    ),
    Rule(
        "TrainingJob",
        "AlgorithmSpecification.MetricDefinitions",
        "returned by Describe for Amazon's own images, refused by Create: they cannot be overridden",
        _first_party,
    ),
    Rule(
        "TrainingJob",
        "AlgorithmSpecification.TrainingImage",
        "excludes AlgorithmName; Describe resolves the name to its image",
        _has("AlgorithmSpecification", "AlgorithmName"),
    ),
    Rule(
        "TrainingJob",
        "StoppingCondition.MaxWaitTimeInSeconds",
        "accepted only together with spot training",
        lambda request: not request.get("EnableManagedSpotTraining"),
    ),
    Rule("TrainingJob", "DebugHookConfig", _OLD_DEBUG),
    Rule("TrainingJob", "DebugRuleConfigurations", _OLD_DEBUG),
    Rule("TrainingJob", "ProfilerConfig", _OLD_DEBUG + "; not known in every region"),
    Rule("TrainingJob", "ProfilerRuleConfigurations", _OLD_DEBUG),
    Rule("TrainingJob", "TensorBoardOutputConfig", _OLD_DEBUG),
    Rule("TrainingJob", "ExperimentConfig", _OLD_EXPERIMENT),
    Rule("TrainingJob", "MlflowConfig", _OLD_EXPERIMENT),
    Rule("TransformJob", "ExperimentConfig", _OLD_EXPERIMENT),
    Rule("TransformJob", "DataCaptureConfig", "writes what it captures to the old job's S3 path"),
    Rule("ProcessingJob", "ExperimentConfig", _OLD_EXPERIMENT),
    Rule(
        "Model",
        "PrimaryContainer.ModelDataSource",
        "returned beside ModelDataUrl; a model that has it cannot be used for batch transform",
        _has("PrimaryContainer", "ModelDataUrl"),
    ),
    Rule(
        "Model",
        "Containers[].ModelDataSource",
        "returned beside ModelDataUrl; a model that has it cannot be used for batch transform",
        lambda request: any("ModelDataUrl" in container for container in request.get("Containers", [])),
    ),
)


@cache
def service_model() -> ServiceModel:
    """Return botocore's description of SageMaker, as installed."""
    return botocore.session.get_session().get_service_model("sagemaker")


def create_shape(kind: str) -> StructureShape:
    """Return the input shape of ``Create<kind>``; kinds are listed in ``KINDS``."""
    shape = service_model().operation_model(f"Create{kind}").input_shape
    if shape is None:
        raise ValueError(f"Create{kind} takes no input")
    return shape


def project(kind: str, described: Mapping[str, Any]) -> Request:
    """Return the request that would create what was described. Names and S3 places are still the old ones.

    Map values (environment variables, hyperparameters) are kept to the letter, empty ones included. Tags are not part
    of a description. The result depends on the installed botocore: an older one drops members it does not know.

    :param kind: one of ``KINDS``.
    :param described: the Describe response, or as much of it as is known.
    """
    request: Request = _walk(create_shape(kind), copy.deepcopy(dict(described)))
    for rule in EXCEPTIONS:
        if rule.kind == kind and (rule.when is None or rule.when(request)):
            _remove(request, rule.path.split("."))
    return request


def _walk(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        known = {name: _walk(shape.members[name], value[name]) for name in shape.members if name in value}
        # Describe writes "", [] and {} for what was never set; Create refuses several of them.
        return {name: entry for name, entry in known.items() if entry not in ("", [], {}, None)}
    if isinstance(shape, ListShape):
        return [_walk(shape.member, entry) for entry in value]
    return value


def _remove(value: Any, path: list[str]) -> None:
    name, rest = path[0].removesuffix("[]"), path[1:]
    if not isinstance(value, dict) or name not in value:
        return
    if not rest:
        del value[name]
        return
    for entry in value[name] if path[0].endswith("[]") else [value[name]]:
        _remove(entry, rest)
