"""Serving a model of estimators: rows in, predictions or the selected content out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes.answers import Answer, encode, selected_keys, with_keys
from include.local_aws.runtimes.estimators.model import Model
from include.local_aws.runtimes.estimators.task import BINARY, REGRESSOR, Task
from include.local_aws.runtimes.invocation import check_size, execution_parameters, in_batch, wanted_type
from include.local_aws.runtimes.recordio import Matrix
from include.local_aws.runtimes.request_rows import request_rows

_OF_NUMBERS = ("predicted_label", "score")
_OF_CLASSES = ("predicted_label", "score", "probability", "probabilities", "labels")


@dataclass(frozen=True)
class EstimatorServant:
    """A loaded model, ready to answer requests as the container does with this environment.

    :param answers: the type of the answers where nobody says which.
    """

    model: Model
    environment: Mapping[str, str]
    answers: str

    @property
    def threshold(self) -> float:
        """The probability from which on a row is of class 1."""
        return self.model.threshold

    def predict(self, features: Matrix) -> NDArray[np.float64]:
        """Return predictions in the form of the model's task."""
        return self.model.predict(features)

    def execution_parameters(self) -> dict[str, object]:
        """Answer batch transform."""
        return execution_parameters(self.environment)

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Predict for rows without a label in CSV, JSON, JSON lines or RecordIO-protobuf.

        Answers `text/csv`, `application/json` or `application/jsonlines`: what SAGEMAKER_INFERENCE_OUTPUT selects, else
        the score, for classes after the predicted label.

        :raises ClientError: the request is too large, empty, unreadable, of the wrong width or of an unsupported type.
        """
        check_size(body, self.environment)
        predictions = self.predict(request_rows(body, content_type))
        answer = self._answer(predictions)
        return encode(answer, wanted_type(accept, self.environment, self.answers), in_batch(self.environment))

    def _answer(self, predictions: NDArray[np.float64]) -> Answer:
        task = self.model.task
        offered = _OF_CLASSES if task.classes else _OF_NUMBERS
        keys = selected_keys(self.environment, offered, f"a {task.predictor}")
        contents = contents_of(task, predictions, self.model.threshold)
        if keys is None and task.predictor == REGRESSOR:
            return Answer([[content["score"]] for content in contents])
        return with_keys(contents, keys or ("predicted_label", "score"))


def contents_of(task: Task, predictions: NDArray[np.float64], threshold: float) -> list[dict[str, Any]]:
    """Return per row everything that can be selected.

    `score` is what the algorithm calls so: the number, the probability of class 1, or the probabilities of all classes;
    `probability` is that of class 1 or, of several classes, that of the predicted one.
    """
    if not task.classes:
        return [{"predicted_label": value, "score": value} for value in predictions.tolist()]
    labels = list(range(task.classes))
    if task.predictor == BINARY:
        return [
            {
                "predicted_label": int(chance >= threshold),
                "score": chance,
                "probability": chance,
                "probabilities": [1.0 - chance, chance],
                "labels": labels,
            }
            for chance in predictions.tolist()
        ]
    return [
        {
            "predicted_label": row.index(max(row)),
            "score": row,
            "probability": max(row),
            "probabilities": row,
            "labels": labels,
        }
        for row in predictions.tolist()
    ]
