"""What the control plane needs to know about an image without running it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from include.local_aws.runtimes import container_for
from include.local_aws.runtimes.hyperparameters import Hyperparameter
from include.local_aws.runtimes.script_mode.settings import PROGRAM, setting


def built_in_metrics(image: str) -> list[dict[str, Any]]:
    """Return the metric definitions an image brings: ``METRIC_DEFINITIONS`` of its runtime's package; [] if none."""
    return [dict(item) for item in _brought(image, "METRIC_DEFINITIONS") or []]


def hyperparameters(image: str) -> Mapping[str, Hyperparameter] | None:
    """Return the hyperparameters of an image: ``HYPERPARAMETERS`` of its runtime's package; None if none are told."""
    found: Mapping[str, Hyperparameter] | None = _brought(image, "HYPERPARAMETERS")
    return found


def runs_scripts(image: str) -> bool:
    """Whether an image does nothing but run a user's own script: ``RUNS_SCRIPTS`` of its runtime's package."""
    return bool(_brought(image, "RUNS_SCRIPTS"))


def trains_with_script(request: Mapping[str, Any]) -> bool:
    """Whether a CreateTrainingJob request is for a script: its image runs nothing else, or runs one that is named."""
    image = request["AlgorithmSpecification"]["TrainingImage"]
    named = setting(PROGRAM, request.get("HyperParameters", {}), request.get("Environment", {}))
    return runs_scripts(image) or (named is not None and bool(_brought(image, "TAKES_SCRIPTS")))


def metrics(algorithm: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the metric definitions of an AlgorithmSpecification: those given for a script, else the image's own."""
    image = algorithm["TrainingImage"]
    return (
        [dict(item) for item in algorithm.get("MetricDefinitions", [])]
        if runs_scripts(image)
        else built_in_metrics(image)
    )


def _brought(image: str, name: str) -> Any:
    package = type(container_for(image)).__module__
    while package:
        found = getattr(importlib.import_module(package), name, None)
        if found is not None:
            return found
        package = package.rpartition(".")[0]
    return None
