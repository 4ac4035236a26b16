"""Cross-validation: the folds, and the predictions every row got from the boosters that had not seen it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.xgboost.metrics import to_classes

Indices = NDArray[np.int64]


def folds(
    labels: NDArray[Any], number: int, repeats: int, stratified: bool, seed: int
) -> Iterator[tuple[Indices, Indices]]:
    """Yield (rows to train on, rows held out) for `repeats` times `number` folds; the same seed gives the same folds.

    AWS's container leaves the shuffle unseeded; here the same job gives the same model.

    :raises ClientError: fewer rows than folds.
    """
    if number > len(labels):
        raise ClientError(f"_kfold {number} needs at least {number} rows, the channels have {len(labels)}")
    splitter = (RepeatedStratifiedKFold if stratified else RepeatedKFold)(
        n_splits=number, n_repeats=repeats, random_state=seed % 2**32
    )
    try:
        yield from splitter.split(np.zeros(len(labels)), labels)
    except ValueError as error:  # such as a class with fewer rows than folds
        raise ClientError(f"_kfold {number}: {error}") from error


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
