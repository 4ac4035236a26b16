"""The artifact of a training job: one fitted estimator, or several whose predictions are averaged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy import sparse

from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.estimators.task import Task
from include.local_aws.runtimes.recordio import Matrix

FILE_NAME = "model.joblib"


@dataclass(frozen=True)
class Model:
    """Fitted estimators for one task.

    :param threshold: the probability from which on a row counts as class 1.
    :param columns: how many features they were fitted on.
    :param dense: they take no sparse matrix.
    """

    algorithm: str
    task: Task
    estimators: tuple[Any, ...]
    threshold: float
    columns: int
    dense: bool

    def predict(self, features: Matrix) -> NDArray[np.float64]:
        """Return the mean of the estimators' predictions, in the form of the task.

        :raises ClientError: another number of features, or features they cannot take.
        """
        if features.shape[1] != self.columns:
            raise ClientError(
                f"Unable to evaluate payload provided: the data has {features.shape[1]} features, "
                f"the model was trained on {self.columns}"
            )
        given = features.toarray() if self.dense and sparse.issparse(features) else features
        return np.mean([self.task.predictions(one, given) for one in self.estimators], axis=0)  # type: ignore[no-any-return]

    def save(self, folder: Path) -> None:
        """Write `model.joblib`: plain values and scikit-learn objects, so that it opens without this package."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            "algorithm": self.algorithm,
            "task": asdict(self.task),
            "estimators": list(self.estimators),
            "threshold": self.threshold,
            "columns": self.columns,
            "dense": self.dense,
            "scikit_learn": sklearn.__version__,
        }
        joblib.dump(state, folder / FILE_NAME)

    @classmethod
    def load(cls, folder: Path, algorithm: str) -> Model:
        """Read `model.joblib`.

        :raises ClientError: there is none, or it is another algorithm's.
        :raises AlgorithmError: it was made by other software than this image has.
        """
        try:
            saved = joblib.load(folder / FILE_NAME)
            model = cls(
                saved["algorithm"],
                Task(**saved["task"]),
                tuple(saved["estimators"]),
                saved["threshold"],
                saved["columns"],
                saved["dense"],
            )
        except FileNotFoundError as error:
            raise ClientError(f"Unable to load model: the model artifact has no {FILE_NAME}") from error
        except (ImportError, AttributeError, TypeError, KeyError) as error:
            raise AlgorithmError(f"{FILE_NAME} needs other software than this image has: {error}") from error
        if model.algorithm != algorithm:
            raise ClientError(f"Unable to load model: {FILE_NAME} is one of {model.algorithm}, not of {algorithm}")
        return model
