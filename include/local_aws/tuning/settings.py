"""The limits of a tuning job, with AWS's defaults filled in."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from include.local_aws.tuning.definitions import Definition, definitions_of

GRID = "Grid"
HYPERBAND = "Hyperband"
# Where Hyperband looks for MaxResource when it is not given, as documented.
_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")


@dataclass(frozen=True)
class Settings:
    """What a tuning job was asked to do.

    :param jobs: the most children; ``parallel`` at a time.
    :param seconds: the longest time of the whole job; None is no limit.
    :param early_stopping: whether children that do worse than most are stopped.
    :param resource: of Hyperband, the least and the greatest number of iterations.
    :param target: the objective that is good enough; ``patience``: how many children in a row may not improve.
    """

    name: str
    strategy: str
    definitions: tuple[Definition, ...]
    jobs: int
    parallel: int
    seconds: int | None
    early_stopping: bool
    resource: tuple[int, int]
    target: float | None
    patience: int | None
    seed: int

    @classmethod
    def read(cls, request: Mapping[str, Any]) -> Settings:
        """Read a CreateHyperParameterTuningJob request that was accepted."""
        config, definitions = request["HyperParameterTuningJobConfig"], definitions_of(request)
        limits, criteria = config["ResourceLimits"], config.get("TuningJobCompletionCriteria", {})
        name = request["HyperParameterTuningJobName"]
        combinations = sum(one.combinations for one in definitions)
        jobs = int(combinations) if config["Strategy"] == GRID else limits["MaxNumberOfTrainingJobs"]
        return cls(
            name=name,
            strategy=config["Strategy"],
            definitions=definitions,
            jobs=jobs,
            parallel=limits["MaxParallelTrainingJobs"],
            seconds=limits.get("MaxRuntimeInSeconds"),
            early_stopping=config.get("TrainingJobEarlyStoppingType") == "Auto",
            resource=(hyperband(config).get("MinResource", 1), most_resource(config, definitions[0]) or 1),
            target=criteria.get("TargetObjectiveMetricValue"),
            patience=criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving"),
            seed=config.get("RandomSeed", zlib.crc32(name.encode())) % 2**32,
        )

    @property
    def minimizes(self) -> bool:
        """Whether less is better: of all definitions alike."""
        return self.definitions[0].minimizes

    @property
    def follows(self) -> bool:
        """Whether children are watched while they train."""
        return self.early_stopping or self.strategy == HYPERBAND

    def better(self, value: float, than: float) -> bool:
        """Whether an objective beats another."""
        return value < than if self.minimizes else value > than


def hyperband(config: Mapping[str, Any]) -> Mapping[str, int]:
    """Return the HyperbandStrategyConfig, empty if there is none."""
    found: Mapping[str, int] = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    return found


def most_resource(config: Mapping[str, Any], definition: Definition) -> int | None:
    """Return Hyperband's MaxResource, given or inferred from the number of epochs; None if it cannot be."""
    static = definition.given.get("StaticHyperParameters", {})
    given = [hyperband(config).get("MaxResource"), *(static.get(name) for name in _EPOCHS)]
    found = [int(one) for one in given if one is not None and str(one).isdigit()]
    return found[0] if found else None
