"""The `knn` container: training and serving of k-nearest neighbours; a stand-in with scikit-learn's exact search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.hyperparameters import raw_hyperparameters
from include.local_aws.runtimes.knn.hyperparameters import HYPERPARAMETERS
from include.local_aws.runtimes.knn.model import Neighbours
from include.local_aws.runtimes.knn.serving import NeighboursServant
from include.local_aws.runtimes.knn.training import METRIC_DEFINITIONS, run_training

__all__ = ["CONTAINER", "HYPERPARAMETERS", "METRIC_DEFINITIONS", "KnnContainer"]


class KnnContainer:
    """Channels `train` and `test` in, `model.joblib` out."""

    def train(self, opt_ml: Path) -> None:
        """Keep a sample of the training rows and score it on the `test` channel, if there is one."""
        run_training(opt_ml, raw_hyperparameters(opt_ml))

    def process(self, opt_ml: Path) -> None:  # noqa: ARG002 - what it would work on
        """Refuse: this image does not run processing jobs."""
        raise ClientError("the image knn runs training and inference, not processing jobs")

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:
        """Load the model in `model_dir`."""
        return NeighboursServant(Neighbours.load(model_dir), dict(environment))


CONTAINER = KnnContainer()
