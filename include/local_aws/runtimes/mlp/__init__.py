"""The `mxnet-algorithms` container as Autopilot uses it for its `mlp` candidates: a multilayer perceptron.

AWS documents neither the image nor its hyperparameters. This stand-in trains scikit-learn's perceptron; see
:mod:`~include.local_aws.runtimes.mlp.hyperparameters`.
"""

from __future__ import annotations

from collections.abc import Mapping

from include.local_aws.runtimes.estimators.container import EstimatorContainer
from include.local_aws.runtimes.estimators.scores import METRIC_DEFINITIONS
from include.local_aws.runtimes.estimators.training import Plan
from include.local_aws.runtimes.mlp.hyperparameters import HYPERPARAMETERS
from include.local_aws.runtimes.mlp.plan import NAME, plan_of

__all__ = ["CONTAINER", "HYPERPARAMETERS", "METRIC_DEFINITIONS", "SERVING", "TRAINING", "MlpContainer"]


class MlpContainer(EstimatorContainer):
    """Channels `train`, `validation` and `test` of dense rows in, `model.joblib` out."""

    image = "mxnet-algorithms"
    algorithm = NAME
    application = NAME
    application_required = True

    def plan(self, raw: Mapping[str, str]) -> Plan:
        """Read the hyperparameters."""
        return plan_of(raw)


CONTAINER = MlpContainer()
TRAINING = MlpContainer(serves=False)
SERVING = MlpContainer(trains=False)
