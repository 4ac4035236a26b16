"""The images Autopilot runs its candidates on, told by their repository. Accounts, regions and versions differ freely.

A repository that is not listed here says nothing about how its container has to be asked, so a candidate with one is
not replayed.
"""

from __future__ import annotations

FEATURIZER = "sagemaker-sklearn-automl"

# Repository -> Autopilot's name of the algorithm.
_ALGORITHMS = {"sagemaker-xgboost": "xgboost", "linear-learner": "linear-learner", "mxnet-algorithms": "mlp"}
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
    return _ALGORITHMS.get(repository(image))


def serving_image(training_image: str) -> str:
    """Return the image that serves what a training image trained; it is the same one where the tag does not say."""
    name, _, version = training_image.rpartition(":")
    return f"{name}:{_SERVING_TAGS[version]}" if version in _SERVING_TAGS else training_image


def is_training_only(image: str) -> bool:
    """Whether an image cannot serve."""
    return tag(image) in _SERVING_TAGS
