"""A container of estimators: one algorithm, in an image that trains and one that serves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.estimators.model import Model
from include.local_aws.runtimes.estimators.serving import EstimatorServant
from include.local_aws.runtimes.estimators.training import Plan, run_training
from include.local_aws.runtimes.hyperparameters import raw_hyperparameters

APPLICATION = "ML_APPLICATION"


class EstimatorContainer(ABC):
    """What the images of one algorithm do; sub-classes say which.

    :param trains: whether this image trains, `serves`: whether it serves. The tags `training-cpu` and `inference-cpu`
        are two images with one purpose each.
    """

    image: str
    algorithm: str
    # The application an image serves; one that serves several does not know which unless it is told.
    application: str
    application_required = False
    # The type of its answers where nobody says which.
    answers = "text/csv"

    def __init__(self, trains: bool = True, serves: bool = True) -> None:
        self._trains = trains
        self._serves = serves

    @abstractmethod
    def plan(self, raw: Mapping[str, str]) -> Plan:
        """Read the hyperparameters.

        :raises ClientError: one is missing, unknown or wrong.
        """

    def train(self, opt_ml: Path) -> None:
        """Train as `hyperparameters.json` says and leave the model in `model/`."""
        if not self._trains:
            raise ClientError(f"the image {self.image}:inference-cpu does not train: use {self.image}:training-cpu")
        run_training(opt_ml, self.plan(raw_hyperparameters(opt_ml)))

    def process(self, opt_ml: Path) -> None:  # noqa: ARG002 - what it would work on
        """Refuse: this image does not run processing jobs."""
        raise ClientError(f"the image {self.image} runs training and inference, not processing jobs")

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:
        """Load the model in `model_dir`."""
        if not self._serves:
            raise ClientError(f"the image {self.image}:training-cpu does not serve: use {self.image}:inference-cpu")
        named = environment.get(APPLICATION, None if self.application_required else self.application)
        if named != self.application:
            raise ClientError(f"the image {self.image} serves {APPLICATION}={self.application}, not {named}")
        return EstimatorServant(Model.load(model_dir, self.algorithm), dict(environment), self.answers)
