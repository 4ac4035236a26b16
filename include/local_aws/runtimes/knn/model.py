"""The artifact of k-nearest neighbours: the rows that were kept, and how near is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.knn.hyperparameters import CLASSIFIER
from include.local_aws.runtimes.recordio import Matrix

_FILE_NAME = "model.joblib"
_DISTANCES = {"L2": "sqeuclidean", "COSINE": "cosine"}
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Neighbours:
    """The kept rows with their labels; `k` of them, or all if there are fewer, answer for a row."""

    predictor: str
    k: int
    metric: str
    features: Numbers
    labels: Numbers

    def search(self, features: Matrix) -> tuple[Numbers, Numbers]:
        """Return the distances (squared for L2, as AWS's search has them) and labels of each row's neighbours.

        :raises ClientError: another number of features than those kept, or a missing value.
        """
        rows = features.toarray() if sparse.issparse(features) else np.asarray(features)
        if rows.shape[1] != self.features.shape[1]:
            raise ClientError(
                f"Unable to evaluate payload provided: the data has {rows.shape[1]} features, the model was trained on "
                f"{self.features.shape[1]}"
            )
        if not np.isfinite(rows).all():
            raise ClientError("Unable to evaluate payload provided: a feature is not a finite number")
        index = NearestNeighbors(n_neighbors=min(self.k, len(self.labels)), metric=_DISTANCES[self.metric])
        distances, places = index.fit(self.features).kneighbors(rows)
        return distances, self.labels[places]

    def predict(self, labels: Numbers) -> Numbers:
        """Return one prediction for each row's neighbours: the commonest label, of equals the least, or the mean."""
        if self.predictor != CLASSIFIER:
            return np.asarray(labels.mean(axis=1))
        return np.array([_commonest(row) for row in labels])

    def save(self, folder: Path) -> None:
        """Write `model.joblib`: plain values and arrays."""
        folder.mkdir(parents=True, exist_ok=True)
        joblib.dump(dict(vars(self)), folder / _FILE_NAME)

    @classmethod
    def load(cls, folder: Path) -> Neighbours:
        """Read `model.joblib`.

        :raises ClientError: there is none, or it is another algorithm's.
        """
        try:
            saved: Any = joblib.load(folder / _FILE_NAME)
            return cls(**saved)
        except FileNotFoundError as error:
            raise ClientError(f"Unable to load model: the model artifact has no {_FILE_NAME}") from error
        except TypeError as error:
            raise ClientError(f"Unable to load model: {_FILE_NAME} is not one of knn") from error


def _commonest(row: Numbers) -> float:
    values, counts = np.unique(row, return_counts=True)
    return float(values[counts.argmax()])
