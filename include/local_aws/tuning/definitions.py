"""A tuning job's training job definitions: one, or several that are searched together."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from include.local_aws.tuning.ranges import Range, ranges_of

Json = dict[str, Any]

OBJECTIVE = "_tuning_objective_metric"
# What a child's CreateTrainingJob request takes from its definition as it stands there.
_TAKEN = (
    "RoleArn",
    "InputDataConfig",
    "VpcConfig",
    "OutputDataConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "RetryStrategy",
    "Environment",
)
_RESOURCES = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")


@dataclass(frozen=True)
class Definition:
    """One definition, with its ranges and its objective, wherever the request has them.

    :param given: the HyperParameterTrainingJobDefinition.
    :param name: its DefinitionName; None where there is no other definition and none is given.
    """

    given: Mapping[str, Any]
    name: str | None
    metric: str
    kind: str
    ranges: tuple[Range, ...]

    @property
    def minimizes(self) -> bool:
        """Whether less of the metric is better."""
        return self.kind == "Minimize"

    @property
    def image(self) -> str:
        """The training image."""
        return str(self.given["AlgorithmSpecification"].get("TrainingImage", ""))

    @property
    def static(self) -> dict[str, str]:
        """The hyperparameters that all children share, with the one by which a container is told the objective."""
        return {**self.given.get("StaticHyperParameters", {}), OBJECTIVE: self.metric}

    @property
    def combinations(self) -> float:
        """How many different children there can be."""
        return math.prod(one.combinations for one in self.ranges)

    def training(self, name: str, tuned: Mapping[str, str]) -> Json:
        """Return the CreateTrainingJob request of a child."""
        resources = self.given.get("HyperParameterTuningResourceConfig") or self.given.get("ResourceConfig", {})
        return {
            "TrainingJobName": name,
            "AlgorithmSpecification": self.given["AlgorithmSpecification"],
            "HyperParameters": {**self.static, **tuned},
            "ResourceConfig": {key: resources[key] for key in _RESOURCES if key in resources},
            **{key: self.given[key] for key in _TAKEN if key in self.given},
        }


def definitions_of(request: Mapping[str, Any]) -> tuple[Definition, ...]:
    """Read the definitions of a CreateHyperParameterTuningJob request that :mod:`.check` has accepted or checks now.

    :raises ValidationException: a range is none.
    """
    config = request["HyperParameterTuningJobConfig"]
    if "TrainingJobDefinition" in request:
        one = request["TrainingJobDefinition"]
        objective, parameters = config["HyperParameterTuningJobObjective"], config.get("ParameterRanges", {})
        return (_definition(one, objective, parameters),)
    return tuple(
        _definition(one, one["TuningObjective"], one.get("HyperParameterRanges", {}))
        for one in request["TrainingJobDefinitions"]
    )


def _definition(given: Mapping[str, Any], objective: Mapping[str, str], parameters: Mapping[str, Any]) -> Definition:
    ranges = ranges_of(parameters)
    return Definition(given, given.get("DefinitionName"), objective["MetricName"], objective["Type"], ranges)


def child_name(tuning: str, number: int) -> str:
    """Name a child, in AWS's pattern; its random digits are a hash here, so that names repeat."""
    return f"{tuning}-{number:03d}-{hashlib.sha256(f'{tuning}/{number}'.encode()).hexdigest()[:8]}"
