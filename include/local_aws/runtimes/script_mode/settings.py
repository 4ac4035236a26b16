"""What a job says of its script: the program, where its code is, and which hyperparameters are the script's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PROGRAM = "sagemaker_program"
SUBMIT_DIRECTORY = "sagemaker_submit_directory"
# Hyperparameters that are the container's; the others that begin so are its framework's.
_PREFIX = "sagemaker_"
_CONTAINERS_OWN = {
    PROGRAM,
    SUBMIT_DIRECTORY,
    "sagemaker_container_log_level",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_job_name",
    "sagemaker_region",
    "sagemaker_s3_output",
}
_NOT_THE_SCRIPTS = {"_tuning_objective_metric", "default_user_module_name"}


@dataclass(frozen=True)
class Settings:
    """`program` is None without one. `hyperparameters` are the script's, `framework` those of its framework."""

    program: str | None
    hyperparameters: Mapping[str, Any]
    framework: Mapping[str, Any]
    log_level: int

    @classmethod
    def read(cls, raw: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
        """Read a training job's `hyperparameters.json`: JSON texts, and plain ones where they are no JSON."""
        values = {name: value_of(text) for name, text in raw.items()}
        prefixed = {name: value for name, value in values.items() if name.startswith(_PREFIX)}
        return cls(
            program=setting(PROGRAM, raw, environment),
            hyperparameters={
                name: value for name, value in values.items() if name not in prefixed and name not in _NOT_THE_SCRIPTS
            },
            framework={name: value for name, value in prefixed.items() if name not in _CONTAINERS_OWN},
            log_level=int(prefixed.get("sagemaker_container_log_level", 20)),
        )


def setting(name: str, raw: Mapping[str, str], environment: Mapping[str, str]) -> str | None:
    """Return what a hyperparameter or, in capitals, a variable says; None if neither does."""
    if name in raw:
        return str(value_of(raw[name]))
    return environment.get(name.upper()) or None


def value_of(text: str) -> Any:
    """Return what a hyperparameter stands for: SageMaker's SDK sends JSON, so `"train.py"` with its quotes."""
    try:
        return json.loads(text)
    except ValueError:
        return text
