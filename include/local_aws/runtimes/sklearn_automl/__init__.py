"""The `sagemaker-sklearn-automl` container: fits and serves the featurizers that Autopilot generates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.automl_extension import MEMBERS, PACKAGE
from include.local_aws.runtimes.imports import provide
from include.local_aws.runtimes.sklearn_automl.automl_transformer import AutoMLTransformer
from include.local_aws.runtimes.sklearn_automl.fitting import fit_processor, run_program
from include.local_aws.runtimes.sklearn_automl.header import Header
from include.local_aws.runtimes.sklearn_automl.label_encoders import NALabelEncoder, RobustLabelEncoder
from include.local_aws.runtimes.sklearn_automl.programs import serving_program
from include.local_aws.runtimes.sklearn_automl.serving import load

__all__ = ["CONTAINER", "SklearnAutomlContainer"]

_OWN = {"externals": (AutoMLTransformer, Header), "preprocessing": (NALabelEncoder, RobustLabelEncoder)}
for _place, _members in (*MEMBERS.items(), *_OWN.items()):
    for _member in _members:
        # By this name an artifact holds them: it opens wherever these are provided, also when this package has moved.
        _member.__module__ = f"{PACKAGE}.{_place}"
    provide(f"{PACKAGE}.{_place}", **{member.__name__: member for member in _members})
provide("automl_containers.featurizer", fit_processor=fit_processor, load=load)


class SklearnAutomlContainer:
    """A generated data processor in, `model.joblib` and its serving program out."""

    def train(self, opt_ml: Path) -> None:
        """Run the training program of the `code` channel over the `train` channel; leave the featurizer in `model/`."""
        run_program(opt_ml)

    def process(self, opt_ml: Path) -> None:  # noqa: ARG002 - every container has it
        """Refuse: this image does not run processing jobs."""
        raise ClientError("the image sagemaker-sklearn-automl runs training and inference, not processing jobs")

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:
        """Load the featurizer with the serving program that the artifact carries."""
        servant: Servant = serving_program(model_dir, environment).load(model_dir, environment)
        return servant


CONTAINER = SklearnAutomlContainer()
