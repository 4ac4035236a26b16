"""The hyperparameters of a trial. AWS documents none: names and defaults are this implementation's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.hyperparameters import Hyperparameter, integer, number, read_all

XGBOOST = "xgboost"
FOREST = "randomforest"
EXTRA_TREES = "extra-trees"
LINEAR = "linear-learner"
MEMBERS = (XGBOOST, FOREST, EXTRA_TREES, LINEAR)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


KNOWN: Mapping[str, Hyperparameter] = {
    "members": Hyperparameter(_names, MEMBERS),
    "num_bag_folds": integer(2, 10),
    "num_round": integer(1, 10_000),
    "max_depth": integer(1, 20),
    "eta": number(0, 1, low_open=True),
    "trees": integer(1, 10_000),
    "min_samples_leaf": integer(1),
}
DEFAULTS: Mapping[str, Any] = {
    "members": list(MEMBERS),
    "num_bag_folds": 5,
    "num_round": 150,
    "max_depth": 4,
    "eta": 0.1,
    "trees": 100,
    "min_samples_leaf": 2,
}


def validated(raw: Mapping[str, str]) -> dict[str, Any]:
    """Return all settings, those that are not given with their defaults.

    :raises ClientError: one is unknown, unreadable or out of range, or a member is named twice.
    """
    settings = {**DEFAULTS, **read_all(raw, KNOWN)}
    if len(set(settings["members"])) < len(settings["members"]):
        raise ClientError(f"Hyperparameter members: {raw['members']} names one twice")
    return settings
