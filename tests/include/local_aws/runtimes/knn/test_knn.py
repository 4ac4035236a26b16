"""Training and serving of k-nearest neighbours on scikit-learn's own tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from include.local_aws.runner.metrics import Metrics
from include.local_aws.runtimes import ClientError, container_for
from include.local_aws.runtimes.knn import CONTAINER, METRIC_DEFINITIONS
from include.local_aws.runtimes.recordio import write_records
from tests.include.local_aws.jobs import csv
from tests.support.optml import OptMl

IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/knn:1"
X, Y = load_iris(return_X_y=True)
NUMBERS_X, NUMBERS_Y = load_diabetes(return_X_y=True)
GIVEN = {"predictor_type": "classifier", "feature_dim": "4", "k": "3", "sample_size": "1000"}


def trained(opt_ml: OptMl, features: np.ndarray, labels: np.ndarray, **hyperparameters: str) -> Path:
    opt_ml.hyperparameters(**hyperparameters)
    table = csv(np.c_[labels, features])
    opt_ml.channel("train", "text/csv", **{"a.csv": table})
    opt_ml.channel("test", "text/csv", **{"a.csv": table})
    container_for(IMAGE).train(opt_ml.folder)
    return opt_ml.folder / "model"


def told(log: str) -> dict[str, float]:
    metrics = Metrics(METRIC_DEFINITIONS)
    for line in log.splitlines():
        metrics.read(line)
    return {item["MetricName"]: item["Value"] for item in metrics.final()}


def test_classes(opt_ml: OptMl, capsys: pytest.CaptureFixture[str]) -> None:
    folder = trained(opt_ml, X, Y, **GIVEN, index_type="faiss.IVFFlat")
    expected = KNeighborsClassifier(3).fit(X, Y).predict(X)
    log = capsys.readouterr().out
    assert told(log) == {"test:accuracy": pytest.approx(np.mean(expected == Y))}
    assert "Without effect in this implementation: index_type" in log
    answer, kind = CONTAINER.load(folder, {}).invoke(csv(X), "text/csv", None)
    assert kind == "application/json"
    assert [one["predicted_label"] for one in json.loads(answer)["predictions"]] == expected.tolist()


def test_numbers_and_every_format(opt_ml: OptMl, capsys: pytest.CaptureFixture[str]) -> None:
    given = GIVEN | {"predictor_type": "regressor", "feature_dim": "10", "k": "5"}
    servant = CONTAINER.load(trained(opt_ml, NUMBERS_X, NUMBERS_Y, **given), {})
    model = KNeighborsRegressor(5).fit(np.round(NUMBERS_X, 5), NUMBERS_Y)
    assert told(capsys.readouterr().out)["test:mse"] == pytest.approx(
        np.mean((model.predict(np.round(NUMBERS_X, 5)) - NUMBERS_Y) ** 2), rel=1e-3
    )
    rows = NUMBERS_X[:3]
    instances = [
        {"features": rows[0].tolist()},
        *({"data": {"features": {"values": row.tolist()}}} for row in rows[1:]),
    ]
    bodies = {
        "application/json": json.dumps({"instances": instances}).encode(),
        "application/jsonlines": "\n".join(map(json.dumps, instances)).encode(),
        "application/x-recordio-protobuf": write_records(rows),
    }
    for content_type, body in bodies.items():
        answer, _ = servant.invoke(body, content_type, "application/jsonlines")
        found = [json.loads(line)["predicted_label"] for line in answer.splitlines()]
        np.testing.assert_allclose(found, model.predict(rows), rtol=1e-6)


def test_the_neighbours_are_told_if_asked_for(opt_ml: OptMl) -> None:
    servant = CONTAINER.load(trained(opt_ml, X, Y, **GIVEN, index_metric="L2"), {})
    answer, _ = servant.invoke(csv(X[:1] + 1), "text/csv", "application/json; verbose=true")
    (one,) = json.loads(answer)["predictions"]
    nearest = np.sort(((X - X[0] - 1) ** 2).sum(axis=1))[:3]
    np.testing.assert_allclose(one["distances"], nearest, rtol=1e-4)
    assert len(one["labels"]) == 3


def test_a_sample_is_kept_and_k_may_be_more(opt_ml: OptMl, capsys: pytest.CaptureFixture[str]) -> None:
    trained(opt_ml, X, Y, **(GIVEN | {"sample_size": "7", "k": "9"}))
    log = capsys.readouterr().out
    assert "Kept 7 of 150 rows" in log
    assert "k is 9; all of the 7 rows that were kept are neighbours" in log


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"k": "0"}, "Hyperparameter k: 0 is not in"),
        ({"feature_dim": "5"}, "channel train has 4 features, feature_dim is 5"),
        ({"dimension_reduction_type": "sign"}, "the dimension is not reduced here"),
        ({"index_metric": "INNER_PRODUCT"}, "INNER_PRODUCT is not done here"),
        ({"epochs": "3"}, "Extraneous hyperparameter found: epochs"),
        ({"_tuning_objective_metric": "test:mse"}, "a classifier has no metric test:mse"),
    ],
)
def test_what_is_wrong_is_told(opt_ml: OptMl, more: dict[str, str], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        trained(opt_ml, X, Y, **(GIVEN | more))


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "message"),
    [
        (b"1,2\n", "text/csv", None, "the data has 2 features, the model was trained on 4"),
        (b"1,2,3,4\n", "text/csv", "text/csv", "is not an accepted Accept type"),
        (b"{}", "application/json", None, "is not of instances with features"),
        (b"0 1:2", "text/libsvm", None, "is not supported"),
        (b"1,2,3,\n", "text/csv", None, "is not a finite number"),
    ],
)
def test_a_wrong_request_is_told(
    opt_ml: OptMl, body: bytes, content_type: str, accept: str | None, message: str
) -> None:
    servant = CONTAINER.load(trained(opt_ml, X, Y, **GIVEN), {})
    with pytest.raises(ClientError, match=message):
        servant.invoke(body, content_type, accept)


def test_what_is_missing_is_told(opt_ml: OptMl, tmp_path: Path) -> None:
    opt_ml.hyperparameters(k="3")
    with pytest.raises(ClientError, match="Missing required hyperparameter: feature_dim"):
        CONTAINER.train(opt_ml.folder)
    with pytest.raises(ClientError, match=r"the model artifact has no model\.joblib"):
        CONTAINER.load(tmp_path, {})
