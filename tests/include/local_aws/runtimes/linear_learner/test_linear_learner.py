"""Training and serving of linear-learner on scikit-learn's own tables, as a job's process does it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from include.local_aws.runtimes import ClientError, container_for
from include.local_aws.runtimes.linear_learner import CONTAINER, SERVING, TRAINING
from include.local_aws.runtimes.recordio import write_records
from tests.include.local_aws.jobs import csv
from tests.support.optml import OptMl

RECORDIO = "application/x-recordio-protobuf"
X, Y = load_diabetes(return_X_y=True)
CANCER_X, CANCER_Y = load_breast_cancer(return_X_y=True)
IRIS_X, IRIS_Y = load_iris(return_X_y=True)


def rows(features: Any, labels: Any) -> bytes:
    return csv(np.c_[labels, features])


def trained(opt_ml: OptMl, features: Any, labels: Any, **hyperparameters: str) -> Path:
    opt_ml.hyperparameters(**hyperparameters)
    opt_ml.channel("train", "text/csv", **{"a.csv": rows(features[::2], labels[::2])})
    opt_ml.channel("validation", "text/csv", **{"a.csv": rows(features[1::2], labels[1::2])})
    TRAINING.train(opt_ml.folder)
    return opt_ml.folder / "model"


def metric(log: str, name: str) -> float:
    found = [line.rpartition("=")[2] for line in log.splitlines() if f" {name} <" in line]
    assert len(found) == 1, log
    return float(found[0])


def test_a_regression(opt_ml: OptMl, capsys: pytest.CaptureFixture[str]) -> None:
    folder = trained(opt_ml, X, Y, predictor_type="regressor", wd="0.01", mini_batch_size="32")
    log = capsys.readouterr().out
    assert "Without effect in this implementation: mini_batch_size" in log
    answer = SERVING.load(folder, {"SAGEMAKER_BATCH": "true"}).invoke(csv(X[1::2]), "text/csv", "text/csv")[0]
    predicted = np.array([float(line) for line in answer.decode().splitlines()])
    assert metric(log, "validation mse") == pytest.approx(np.mean((predicted - Y[1::2]) ** 2), rel=1e-3)
    assert metric(log, "validation mse") < 0.6 * Y.var()


def test_two_classes_and_what_can_be_selected(opt_ml: OptMl, capsys: pytest.CaptureFixture[str]) -> None:
    folder = trained(opt_ml, CANCER_X, CANCER_Y, predictor_type="binary_classifier")
    assert metric(capsys.readouterr().out, "validation binary_classification_accuracy") > 0.95
    environment = {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label,probability,probabilities",
        "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label,probability,probabilities",
        "ML_APPLICATION": "linear_learner",
    }
    answer = SERVING.load(folder, environment).invoke(csv(CANCER_X[:20]), "text/csv", "application/jsonlines")[0]
    told = [json.loads(line) for line in answer.splitlines()]
    assert [one["predicted_label"] for one in told] == CANCER_Y[:20].tolist()
    assert all(one["probabilities"] == [1 - one["probability"], one["probability"]] for one in told)


def test_several_classes_from_sparse_records_and_folds(opt_ml: OptMl, capsys: pytest.CaptureFixture[str]) -> None:
    opt_ml.hyperparameters(predictor_type="multiclass_classifier", num_classes="3", _kfold="3")
    records = write_records(sparse.csr_matrix(IRIS_X), IRIS_Y.astype(float))
    opt_ml.channel("train", None, **{"part.rec": records})
    CONTAINER.train(opt_ml.folder)
    assert metric(capsys.readouterr().out, "validation multiclass_accuracy") > 0.9
    assert len(joblib.load(opt_ml.folder / "model" / "model.joblib")["estimators"]) == 3
    servant = SERVING.load(opt_ml.folder / "model", {"SAGEMAKER_BATCH": "true"})
    for body in (write_records(sparse.csr_matrix(IRIS_X[::50])), write_records(IRIS_X[::50])):
        answer = servant.invoke(body, RECORDIO, "application/json")[0]
        assert [one["predicted_label"] for one in json.loads(answer)["predictions"]] == [0, 1, 2]


def test_the_strength_of_regularization(opt_ml: OptMl) -> None:
    def size(**more: str) -> float:
        folder = trained(opt_ml, X, Y, predictor_type="regressor", **more)
        return float(np.abs(joblib.load(folder / "model.joblib")["estimators"][0][-1].coef_).sum())

    assert size(wd="1000") < 0.01 * size(wd="0")
    assert size(l1="1000") == 0


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({}, "Missing required hyperparameter: predictor_type"),
        ({"predictor_type": "regressor", "speed": "1"}, "Extraneous hyperparameter found: speed"),
        ({"predictor_type": "regressor", "wd": "-1"}, r"Hyperparameter wd: -1\.0 is not in \[0, \+inf\)"),
        ({"predictor_type": "regressor", "loss": "huber_loss"}, "huber_loss is not done here"),
        ({"predictor_type": "multiclass_classifier"}, "num_classes is needed for multiclass_classifier"),
        ({"predictor_type": "regressor", "feature_dim": "3"}, "different numbers of features"),
        (
            {"predictor_type": "regressor", "_tuning_objective_metric": "validation:recall"},
            "a regressor has no metric recall",
        ),
        ({"predictor_type": "regressor", "_tuning_objective_metric": "test:mse"}, "needs a test channel"),
        ({"predictor_type": "binary_classifier"}, "is no class: a binary_classifier with 2 classes"),
    ],
)
def test_what_it_refuses_to_train(opt_ml: OptMl, hyperparameters: dict[str, str], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        trained(opt_ml, X, Y, **hyperparameters)


def test_missing_values_are_refused(opt_ml: OptMl) -> None:
    opt_ml.hyperparameters(predictor_type="regressor")
    opt_ml.channel("train", "text/csv", **{"a.csv": b"1,2,\n2,3,4\n"})
    with pytest.raises(ClientError, match="linear-learner cannot learn from these data: Input X contains NaN"):
        CONTAINER.train(opt_ml.folder)


def test_libsvm_is_refused(opt_ml: OptMl) -> None:
    opt_ml.hyperparameters(predictor_type="regressor")
    opt_ml.channel("train", "text/libsvm", a=b"1 0:1\n2 0:2\n")
    with pytest.raises(ClientError, match="channel train: linear-learner takes text/csv and"):
        CONTAINER.train(opt_ml.folder)


def test_json_is_answered_unless_something_else_is_asked_for(opt_ml: OptMl) -> None:
    folder = trained(opt_ml, X, Y, predictor_type="regressor")
    for accept in (None, "*/*"):
        answer, media = SERVING.load(folder, {}).invoke(csv(X[:2]), "text/csv", accept)
        assert media == "application/json"
        assert [list(one) for one in json.loads(answer)["predictions"]] == [["score"], ["score"]]
    own = SERVING.load(folder, {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"})
    assert own.invoke(csv(X[:2]), "text/csv", None)[1] == "text/csv"


def test_rows_in_json_are_those_in_csv(opt_ml: OptMl) -> None:
    servant = SERVING.load(trained(opt_ml, X, Y, predictor_type="regressor"), {})

    def scores(body: bytes, content_type: str) -> list[float]:
        return [one["score"] for one in json.loads(servant.invoke(body, content_type, None)[0])["predictions"]]

    rounded = X[:3].round(5)  # as csv() writes them
    expected = pytest.approx(scores(csv(rounded), "text/csv"))
    first, second, third = rounded.tolist()
    instances = [{"features": first}, {"features": second}, {"data": {"features": {"values": third}}}]
    assert scores(json.dumps({"instances": instances}).encode(), "application/json") == expected
    assert scores("\n".join(json.dumps(one) for one in instances).encode(), "application/jsonlines") == expected


def test_what_it_refuses_to_serve(opt_ml: OptMl) -> None:
    folder = trained(opt_ml, X, Y, predictor_type="regressor")
    servant = SERVING.load(folder, {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label"})
    assert servant.invoke(csv(X[:2]), "text/csv", "text/csv")[1] == "text/csv"
    with pytest.raises(ClientError, match="the data has 9 features, the model was trained on 10"):
        servant.invoke(csv(X[:2, 1:]), "text/csv", None)
    with pytest.raises(ClientError, match="is not supported: send CSV, JSON, JSON lines or RecordIO-protobuf"):
        servant.invoke(b"0:1", "text/libsvm", None)
    with pytest.raises(ClientError, match="'probability' is not available; with a regressor"):
        SERVING.load(folder, {"SAGEMAKER_INFERENCE_OUTPUT": "probability"}).invoke(csv(X[:2]), "text/csv", None)
    with pytest.raises(ClientError, match=r"the model artifact has no model\.joblib"):
        SERVING.load(opt_ml.folder, {})


def test_the_two_images_have_one_purpose_each(opt_ml: OptMl) -> None:
    uri = "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner"
    assert container_for(f"{uri}:1") is CONTAINER
    with pytest.raises(ClientError, match="linear-learner:inference-cpu does not train"):
        container_for(f"{uri}:inference-cpu").train(opt_ml.folder)
    with pytest.raises(ClientError, match="linear-learner:training-cpu does not serve"):
        container_for(f"{uri}:training-cpu").load(opt_ml.folder, {})
    with pytest.raises(ClientError, match="serves ML_APPLICATION=linear_learner, not mlp"):
        SERVING.load(opt_ml.folder, {"ML_APPLICATION": "mlp"})
    with pytest.raises(ClientError, match="not processing jobs"):
        CONTAINER.process(opt_ml.folder)
