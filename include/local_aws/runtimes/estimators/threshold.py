"""From which probability on a row is class 1: linear-learner's `binary_classifier_model_selection_criteria`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

DEFAULT = 0.5
CRITERIA = ("accuracy", "f_beta", "precision_at_target_recall", "recall_at_target_precision", "loss_function")


@dataclass(frozen=True)
class Criterion:
    """What the threshold is chosen for; `loss_function` leaves it at one half.

    :param target: the recall or precision to keep, for the two criteria that are named after one.
    """

    name: str = "loss_function"
    f_beta: float = 1.0
    target: float = 0.8

    def threshold(self, truth: NDArray[np.float64], chance: NDArray[np.float64]) -> float:
        """Return the threshold that is best on these rows; one half where they are all of one class."""
        if self.name == "loss_function" or len(set(truth.tolist())) < 2:
            return DEFAULT
        precision, recall, thresholds = metrics.precision_recall_curve(truth, chance)
        precision, recall = precision[:-1], recall[:-1]  # the last point has no threshold
        merit = self._merit(truth, precision, recall)
        return float(thresholds[int(np.argmax(merit))])

    def _merit(
        self, truth: NDArray[np.float64], precision: NDArray[np.float64], recall: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        if self.name == "precision_at_target_recall":
            return np.where(recall >= self.target, precision, -1.0)
        if self.name == "recall_at_target_precision":
            return np.where(precision >= self.target, recall, -1.0)
        # Rows of class 1 that are found, and rows of class 0 that are taken for it; precision is never 0 on the curve
        # unless recall is.
        positives = float(truth.sum())
        found = recall * positives
        wrong = np.divide(found, precision, out=np.zeros_like(found), where=precision > 0) - found
        if self.name == "f_beta":
            beta = self.f_beta**2
            merit: NDArray[np.float64] = (1 + beta) * found / (found + wrong + beta * positives)
            return merit
        return found + (len(truth) - positives - wrong)
