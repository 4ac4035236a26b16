"""What a model predicts: a number, one of two classes, or one of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError

REGRESSOR = "regressor"
BINARY = "binary_classifier"
MULTICLASS = "multiclass_classifier"


@dataclass(frozen=True)
class Task:
    """The kind of a model.

    Predictions are numbers (`regressor`), probabilities of class 1 (`binary_classifier`), or rows of one probability
    per class (`multiclass_classifier`).

    :param classes: how many there are; 0 for numbers.
    :param f_beta: the weight of recall in F scores.
    :param top_k: a row counts as a hit of top-k accuracy if its class is among this many.
    """

    predictor: str
    classes: int = 0
    f_beta: float = 1.0
    top_k: int = 3

    @property
    def stratified(self) -> bool:
        """Whether folds keep the share of every class."""
        return self.predictor != REGRESSOR

    def check_labels(self, labels: NDArray[Any], channel: str) -> None:
        """Check the labels of a channel.

        :raises ClientError: a label is not finite, or is no class number from 0 to classes - 1.
        """
        if not np.isfinite(labels).all():
            raise ClientError(f"channel {channel}: a label is not a finite number")
        if not self.classes:
            return
        wrong = labels[(labels % 1 != 0) | (labels < 0) | (labels >= self.classes)]
        if len(wrong):
            raise ClientError(
                f"channel {channel}: the label {wrong[0]:g} is no class: a {self.predictor} with {self.classes} "
                f"classes has the labels 0 to {self.classes - 1}"
            )

    def predictions(self, estimator: Any, features: Any) -> NDArray[np.float64]:
        """Return a fitted estimator's predictions in the form of this task.

        :raises ClientError: the estimator refuses the features, such as missing values.
        """
        try:
            if not self.classes:
                return np.asarray(estimator.predict(features), dtype=np.float64).reshape(-1)
            found = np.asarray(estimator.predict_proba(features), dtype=np.float64)
        except ValueError as error:
            raise ClientError(f"Unable to evaluate payload provided: {_first_line(error)}") from error
        # A class that no training row had has no column; its probability is 0.
        everything = np.zeros((len(found), self.classes))
        everything[:, np.asarray(estimator.classes_, dtype=int)] = found
        return everything[:, 1] if self.predictor == BINARY else everything


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
