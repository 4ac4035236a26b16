"""The artifact of a trial: the fitted features, the members with their weights, and the program that serves them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
import xgboost
from numpy.typing import NDArray

from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.autogluon.blend import weighted
from include.local_aws.runtimes.estimators.task import Task
from include.local_aws.runtimes.recordio import Matrix
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer

FILE_NAME = "ensemble.joblib"
PROGRAM = "tabular_serve.py"
_SERVE = '''"""Serves the ensemble beside this program; SAGEMAKER_INFERENCE_OUTPUT decides what it answers."""

from automl_containers.ensemble import load

__all__ = ["load"]
'''


@dataclass(frozen=True)
class Member:
    """A fitted estimator and its share of the answer."""

    name: str
    weight: float
    estimator: Any


@dataclass(frozen=True)
class Ensemble:
    """What predicts a row.

    :param labels: the classes by their number, empty for a regression.
    """

    featurizer: Featurizer
    task: Task
    labels: tuple[str, ...]
    members: tuple[Member, ...]

    def predict(self, cells: NDArray[Any]) -> NDArray[np.float64]:
        """Return the weighted mean of the members' predictions, in the form of the task.

        :param cells: rows of text without the target.
        :raises ClientError: another number of columns.
        """
        expected = len(self.featurizer.header.feature_names)
        if cells.shape[1] != expected:
            raise ClientError(f"the data has {cells.shape[1]} columns, the model was trained on {expected} features")
        return self.of_features(self.featurizer.transform(cells)[0])

    def of_features(self, features: Matrix) -> NDArray[np.float64]:
        """Return the predictions for rows that are features already."""
        shares = {one.name: one.weight for one in self.members}
        return weighted(shares, {one.name: self.task.predictions(one.estimator, features) for one in self.members})

    def save(self, folder: Path) -> None:
        """Write `model.joblib` (the features), `ensemble.joblib` and `code/tabular_serve.py`."""
        (folder / "code").mkdir(parents=True, exist_ok=True)
        self.featurizer.save(folder)
        state = {
            "task": asdict(self.task),
            "labels": list(self.labels),
            "members": [{"name": one.name, "weight": one.weight, "estimator": one.estimator} for one in self.members],
            "scikit_learn": sklearn.__version__,
            "xgboost": xgboost.__version__,
        }
        joblib.dump(state, folder / FILE_NAME)
        (folder / "code" / PROGRAM).write_text(_SERVE, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ensemble:
        """Read an artifact.

        :raises ClientError: it holds no ensemble.
        :raises AlgorithmError: it was made by other software than this image has.
        """
        try:
            saved = joblib.load(folder / FILE_NAME)
            members = tuple(Member(**one) for one in saved["members"])
            return cls(Featurizer.load(folder), Task(**saved["task"]), tuple(saved["labels"]), members)
        except FileNotFoundError as error:
            raise ClientError(f"Unable to load model: the model artifact has no {FILE_NAME}") from error
        except (ImportError, AttributeError, TypeError, KeyError) as error:
            raise AlgorithmError(f"{FILE_NAME} needs other software than this image has: {error}") from error
