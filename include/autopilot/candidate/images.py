"""The images Autopilot runs its candidates on, told by their repository. Accounts, regions and versions differ freely.

A repository that is not listed here says nothing about how its container has to be asked, so a candidate with one is
not replayed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

FEATURIZER = "sagemaker-sklearn-automl"


class _Algorithm(NamedTuple):
    """What is known of an algorithm: Autopilot's name, and what its serving container is told in ML_APPLICATION."""

    name: str
    application: str | None = None


# By repository.
_ALGORITHMS = {
    "sagemaker-xgboost": _Algorithm("xgboost"),
    "linear-learner": _Algorithm("linear-learner", "linear_learner"),
    "mxnet-algorithms": _Algorithm("mlp", "mlp"),
}
# By repository, the first version whose containers can be asked for other answers than labels.
_SELECTABLE = {FEATURIZER: (0, 2), "sagemaker-xgboost": (1, 0)}
# Their training and serving images differ in the tag; XGBoost's are one.
_SERVING_TAGS = {"training-cpu": "inference-cpu", "training-gpu": "inference-gpu"}

KNOWN = (FEATURIZER, *_ALGORITHMS)


def repository(image: str) -> str:
    """Return ``name`` of ``account.dkr.ecr.region.amazonaws.com/name:tag`` (or ``@digest``)."""
    return image.rpartition("/")[2].partition("@")[0].partition(":")[0]


def tag(image: str) -> str:
    """Return the tag of an image; empty where it has none."""
    return image.rpartition("/")[2].partition("@")[0].partition(":")[2]


def algorithm_of(image: str) -> str | None:
    """Return xgboost, linear-learner or mlp, or None for any other image."""
    found = _ALGORITHMS.get(repository(image))
    return found.name if found else None


def application_of(image: str) -> str | None:
    """Return the ML_APPLICATION of an algorithm's serving container; None where it takes none."""
    found = _ALGORITHMS.get(repository(image))
    return found.application if found else None


def serving_image(training_image: str) -> str:
    """Return the image that serves what a training image trained; it is the same one where the tag does not say."""
    name, _, version = training_image.rpartition(":")
    return f"{name}:{_SERVING_TAGS[version]}" if version in _SERVING_TAGS else training_image


def has_selectable_output(image: str) -> bool:
    """Whether an image's containers can be asked for more than the label; not where the tag does not tell."""
    first = _SELECTABLE.get(repository(image))
    version = re.match(r"([0-9]+)\.([0-9]+)", tag(image))
    return first is None or (version is not None and (int(version[1]), int(version[2])) >= first)


def is_training_only(image: str) -> bool:
    """Whether an image cannot serve."""
    return tag(image) in _SERVING_TAGS
