"""Cross-validation: the predictions every row got from the boosters that had not seen it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes.folds import Indices
from include.local_aws.runtimes.xgboost.metrics import to_classes


class OutOfFold:
    """Collects held-out predictions, one per row and repeat, and writes `predictions.csv`."""

    def __init__(self, labels: NDArray[Any], objective: str, classification: bool) -> None:
        self._labels = labels
        self._objective = objective
        self._classification = classification
        self._columns: list[list[tuple[float, ...]]] = [[] for _ in labels]

    def record(self, rows: Indices, predictions: NDArray[Any]) -> None:
        """Record the predictions of one held-out fold."""
        if not self._classification:
            scores: list[tuple[float, ...]] = [(float(value),) for value in predictions]
        else:
            classes = to_classes(predictions, self._objective)
            winning = predictions if predictions.ndim == 1 else predictions.max(axis=1)
            scores = [(float(score), float(label)) for score, label in zip(winning, classes, strict=True)]
        for row, score in zip(rows, scores, strict=True):
            self._columns[row].append(score)

    def save(self, folder: Path) -> None:
        """Write `predictions.csv`: label and mean prediction; for classes label, mean probability, usual class."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [
            [float(label), *self._row(np.array(scores))]
            for label, scores in zip(self._labels, self._columns, strict=True)
        ]
        np.savetxt(folder / "predictions.csv", np.array(lines), delimiter=",", fmt="%.9g")

    def _row(self, scores: NDArray[Any]) -> list[float]:
        mean = float(scores[:, 0].mean())
        if not self._classification:
            return [mean]
        classes, counts = np.unique(scores[:, 1], return_counts=True)
        return [mean, float(classes[counts.argmax()])]
