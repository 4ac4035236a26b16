"""Training and serving of the perceptron on scikit-learn's own tables, as a job's process does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris

from include.local_aws.runtimes import ClientError, container_for
from include.local_aws.runtimes.mlp import SERVING, TRAINING
from include.local_aws.runtimes.recordio import write_records
from tests.include.local_aws.jobs import csv
from tests.support.optml import OptMl

MLP = {"ML_APPLICATION": "mlp", "SAGEMAKER_BATCH": "true"}
X, Y = load_diabetes(return_X_y=True)
IRIS_X, IRIS_Y = load_iris(return_X_y=True)


def trained(opt_ml: OptMl, features: Any, labels: Any, **hyperparameters: str) -> Path:
    opt_ml.hyperparameters(**hyperparameters)
    opt_ml.channel("train", "text/csv", **{"a.csv": csv(np.c_[labels, features])})
    TRAINING.train(opt_ml.folder)
    return opt_ml.folder / "model"


def numbers(answer: bytes) -> np.ndarray:
    return np.array([float(line) for line in answer.decode().splitlines()])


def test_a_regression(opt_ml: OptMl) -> None:
    folder = trained(opt_ml, X, Y, problem_type="regression", layers="20,10", learning_rate="0.01", epochs="30")
    servant = SERVING.load(folder, MLP)
    predicted = numbers(servant.invoke(csv(X), "text/csv", None)[0])
    assert np.mean((predicted - Y) ** 2) < 0.7 * Y.var()
    records = servant.invoke(write_records(X), "application/x-recordio-protobuf", None)[0]
    np.testing.assert_allclose(numbers(records), predicted, rtol=1e-3)


def test_classes_with_folds(opt_ml: OptMl, capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"problem_type": "multiclass_classification", "num_classes": "3", "_kfold": "3", "learning_rate": "0.02"}
    folder = trained(opt_ml, IRIS_X, IRIS_Y, **settings, dropout_prob="0.3")
    log = capsys.readouterr().out
    assert "Without effect in this implementation: dropout_prob" in log
    assert "validation multiclass_accuracy <score>=0.9" in log
    environment = {**MLP, "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label"}
    answer = SERVING.load(folder, environment).invoke(csv(IRIS_X[::50]), "text/csv", None)[0]
    assert answer == b"0\n1\n2\n"


def test_codes_of_categories_have_no_order(opt_ml: OptMl) -> None:
    """The middle one of three codes is high: no single weight can say so, three can."""
    codes = np.arange(300) % 3
    features, labels = np.c_[codes, np.zeros(300)], 5.0 * (codes == 1)
    settings = {"problem_type": "regression", "layers": "2", "learning_rate": "0.05", "num_categorical_features": "1"}
    servant = SERVING.load(trained(opt_ml, features, labels, **settings), MLP)
    low, high, other, unseen = numbers(servant.invoke(b"0,0\n1,0\n2,0\n-1,0\n", "text/csv", None)[0])
    assert (low, high, other) == pytest.approx((0, 5, 0), abs=0.5)
    assert np.isfinite(unseen)


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({}, "Missing required hyperparameter: problem_type"),
        ({"problem_type": "regression", "speed": "1"}, "Extraneous hyperparameter found: speed"),
        ({"problem_type": "regression", "layers": "50,0"}, r"Hyperparameter layers: 0 is not in \[1, 4096\]"),
        ({"problem_type": "regression", "num_classes": "3"}, "num_classes is needed for multiclass_classification"),
        ({"problem_type": "regression", "num_categorical_features": "11"}, "is 11, the rows have 10 features"),
        (
            {"problem_type": "regression", "_tuning_objective_metric": "validation:recall"},
            "regression has no metric recall",
        ),
    ],
)
def test_what_it_refuses_to_train(opt_ml: OptMl, hyperparameters: dict[str, str], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        trained(opt_ml, X, Y, **hyperparameters)


def test_the_image_must_be_told_its_application(opt_ml: OptMl) -> None:
    image = container_for("382416733822.dkr.ecr.us-east-1.amazonaws.com/mxnet-algorithms:inference-cpu")
    with pytest.raises(ClientError, match="mxnet-algorithms serves ML_APPLICATION=mlp, not None"):
        image.load(opt_ml.folder, {})
    with pytest.raises(ClientError, match="mxnet-algorithms:inference-cpu does not train"):
        image.train(opt_ml.folder)


def test_a_model_of_another_algorithm(opt_ml: OptMl) -> None:
    from include.local_aws.runtimes.linear_learner import CONTAINER

    folder = trained(opt_ml, IRIS_X, IRIS_Y, problem_type="regression", epochs="1")
    with pytest.raises(ClientError, match=r"model\.joblib is one of mlp, not of linear-learner"):
        CONTAINER.load(folder, {})
