"""The `linear-learner` container: linear and logistic regression, fitted with scikit-learn.

AWS does not publish the algorithm, which runs stochastic gradient descent over mini-batches with many settings at once.
This stand-in solves the same regularized problem exactly. So what only steers the descent has no effect here; see
:mod:`~include.local_aws.runtimes.linear_learner.hyperparameters` for what is honoured.
"""

from __future__ import annotations

from collections.abc import Mapping

from include.local_aws.runtimes.estimators.container import EstimatorContainer
from include.local_aws.runtimes.estimators.scores import METRIC_DEFINITIONS
from include.local_aws.runtimes.estimators.training import Plan
from include.local_aws.runtimes.linear_learner.hyperparameters import HYPERPARAMETERS
from include.local_aws.runtimes.linear_learner.plan import NAME, plan_of

__all__ = ["CONTAINER", "HYPERPARAMETERS", "METRIC_DEFINITIONS", "SERVING", "TRAINING", "LinearLearnerContainer"]


class LinearLearnerContainer(EstimatorContainer):
    """Channels `train`, `validation` and `test` in, `model.joblib` out."""

    image = NAME
    algorithm = NAME
    application = "linear_learner"
    answers = "application/json"

    def plan(self, raw: Mapping[str, str]) -> Plan:
        """Read the hyperparameters."""
        return plan_of(raw)


CONTAINER = LinearLearnerContainer()
TRAINING = LinearLearnerContainer(serves=False)
SERVING = LinearLearnerContainer(trains=False)
