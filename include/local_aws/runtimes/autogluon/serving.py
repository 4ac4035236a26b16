"""The `autogluon-inference` container: raw rows in, predictions or the selected content out.

For two classes `probability` is that of the predicted one, as AWS documents for ensembles, and not that of class 1 as
in the hyperparameter-tuning mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.answers import encode, selected_keys, with_keys
from include.local_aws.runtimes.autogluon.model import Ensemble
from include.local_aws.runtimes.estimators.serving import contents_of
from include.local_aws.runtimes.imports import provide
from include.local_aws.runtimes.invocation import check_size, execution_parameters, in_batch, wanted_type
from include.local_aws.runtimes.recordio import Matrix
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.programs import serving_program
from include.local_aws.runtimes.sklearn_automl.table import parse_cells

CSV = "text/csv"
_LABEL = "predicted_label"
_OF_NUMBERS = (_LABEL,)
_OF_CLASSES = (_LABEL, "probability", "probabilities", "labels")


def load(model_dir: Path, environment: Mapping[str, str]) -> Servant:
    """Load the ensemble of an artifact; what its serving program calls."""
    return EnsembleServant(Ensemble.load(model_dir), dict(environment))


provide("automl_containers.ensemble", load=load)


class AutoGluonInference:
    """An artifact with its serving program, ready to answer."""

    def train(self, opt_ml: Path) -> None:  # noqa: ARG002 - what it would work on
        """Refuse: another image trains."""
        raise ClientError("the image autogluon-inference does not train: use autogluon-training")

    def process(self, opt_ml: Path) -> None:  # noqa: ARG002 - what it would work on
        """Refuse: this image does not run processing jobs."""
        raise ClientError("the image autogluon-inference runs inference, not processing jobs")

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:
        """Load the model with the program that SAGEMAKER_PROGRAM names in SAGEMAKER_SUBMIT_DIRECTORY."""
        servant: Servant = serving_program(model_dir, environment).load(model_dir, environment)
        return servant


CONTAINER = AutoGluonInference()


@dataclass(frozen=True)
class EnsembleServant:
    """A loaded ensemble."""

    ensemble: Ensemble
    environment: Mapping[str, str]
    threshold = 0.5  # from which on a row is of class 1

    @property
    def featurizer(self) -> Featurizer:
        """What makes features of rows."""
        return self.ensemble.featurizer

    def encoded(self, features: Matrix) -> Matrix:
        """Return features as they are: they are not sent to another container."""
        return features

    def predict(self, features: Matrix) -> NDArray[np.float64]:
        """Return the members' weighted mean, in the form of the ensemble's task."""
        return self.ensemble.of_features(features)

    def execution_parameters(self) -> dict[str, object]:
        """Answer batch transform."""
        return execution_parameters(self.environment)

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Predict for CSV rows without the target and without a header, columns in the order of the search's table.

        A header is a row like any other and gets a prediction, too, as on AWS.

        :raises ClientError: the request is too large, empty, no CSV, of the wrong width, or asks for what is not there.
        """
        check_size(body, self.environment)
        if content_type.partition(";")[0].strip() != CSV:
            raise ClientError(f"Content type {content_type} is not supported: send {CSV}")
        predictions = self.ensemble.predict(parse_cells(body, "the request"))
        offered = _OF_CLASSES if self.ensemble.labels else _OF_NUMBERS
        keys = selected_keys(self.environment, offered, f"an ensemble's {self.ensemble.task.predictor}")
        answer = with_keys(self._contents(predictions), keys or (_LABEL,))
        return encode(answer, wanted_type(accept, self.environment), in_batch(self.environment))

    def _contents(self, predictions: NDArray[np.float64]) -> list[dict[str, Any]]:
        contents = contents_of(self.ensemble.task, predictions, self.threshold)
        if not self.ensemble.labels:
            return contents
        labels = list(self.ensemble.labels)
        return [
            {
                **content,
                _LABEL: labels[content[_LABEL]],
                "probability": content["probabilities"][content[_LABEL]],
                "labels": labels,
            }
            for content in contents
        ]
