"""The algorithms a search can try, and what the jobs of a tuning search need to know of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from include.local_aws.search import images


@dataclass(frozen=True)
class Algorithm:
    """One algorithm.

    :param name: as it stands in AlgorithmsConfig.
    :param suffix: as it stands in the names of pipelines, `dppN-<suffix>`.
    :param training: the image that trains; the one that serves (`serving`) may be another.
    :param environment: what its serving container needs beside what all need.
    """

    name: str
    suffix: str
    training: images.Image
    serving: images.Image
    environment: dict[str, str] = field(default_factory=dict, hash=False)


XGBOOST = Algorithm("xgboost", "xgb", images.XGBOOST, images.XGBOOST)
LINEAR_LEARNER = Algorithm(
    "linear-learner",
    "linear-learner",
    images.LINEAR_LEARNER_TRAINING,
    images.LINEAR_LEARNER_SERVING,
    {"ML_APPLICATION": "linear_learner"},
)
MLP = Algorithm("mlp", "mlp", images.MLP_TRAINING, images.MLP_SERVING, {"ML_APPLICATION": "mlp"})
ALGORITHMS = {one.name: one for one in (XGBOOST, LINEAR_LEARNER, MLP)}
# Autopilot tries all three unless told otherwise; the others take time and win on few tables, so they are asked for.
DEFAULT = (XGBOOST.name,)

# The mode ENSEMBLING: one image blends several algorithms. What can be blended here, by the names of AlgorithmsConfig,
# and what AWS could blend too.
AUTOGLUON = Algorithm("autogluon", "autogluon", images.AUTOGLUON_TRAINING, images.AUTOGLUON_SERVING)
BLENDED = ("xgboost", "randomforest", "extra-trees", "linear-learner")
BLENDED_ELSEWHERE = ("catboost", "fastai", "lightgbm", "nn-torch")
