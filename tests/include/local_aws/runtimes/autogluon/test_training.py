"""Trials as a job's process runs them."""

from __future__ import annotations

import joblib
import numpy as np
import pytest

from include.local_aws.runtimes import ClientError, container_for
from include.local_aws.runtimes.autogluon.model import Ensemble
from include.local_aws.runtimes.autogluon.training import CONTAINER
from tests.include.local_aws.runtimes.autogluon.tables import report, rows, staged, trained, written
from tests.support.optml import OptMl

URI = "763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon-training:0.4.3-cpu-py38-ubuntu20.04"


def metric(log: str, name: str) -> float:
    found = [line.rpartition("=")[2] for line in log.splitlines() if f"validation {name} <" in line]
    assert len(found) == 1, log
    return float(found[0])


def test_it_learns_and_leaves_an_artifact(opt_ml: OptMl, capsys: pytest.CaptureFixture[str]) -> None:
    folder = trained(opt_ml)
    blended = metric(capsys.readouterr().out, "mse")
    saved = joblib.load(folder / "ensemble.joblib")
    weights = {one["name"]: one["weight"] for one in saved["members"]}
    assert sum(weights.values()) == pytest.approx(1)
    assert set(weights) <= {"xgboost", "randomforest", "extra-trees", "linear-learner"}
    assert blended < 0.1 * np.var([float(row[0]) for row in rows(60, 1)])
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "code/tabular_serve.py",
        "ensemble.joblib",
        "model.joblib",
    ]


def test_the_metrics_are_those_of_rows_that_nothing_was_fitted_on(
    opt_ml: OptMl, capsys: pytest.CaptureFixture[str]
) -> None:
    """Validation rows whose targets are turned round: a score of 0 shows that no target of theirs was used."""
    staged(opt_ml, ("no", "yes"))
    turned = [[{"no": "yes", "yes": "no"}[row[0]], *row[1:]] for row in rows(60, 1, ("no", "yes"))]
    opt_ml.channel("validation", "text/csv", **{"chunk_0.csv": written(turned)})
    CONTAINER.train(opt_ml.folder)
    assert metric(capsys.readouterr().out, "binary_classification_accuracy") < 0.1


def test_what_serves_has_learnt_from_the_validation_rows_too(opt_ml: OptMl) -> None:
    staged(opt_ml)
    higher = [[f"{float(row[0]) + 50:.4f}", *row[1:]] for row in rows(60, 1)]
    opt_ml.channel("validation", "text/csv", **{"chunk_0.csv": written(higher)})
    CONTAINER.train(opt_ml.folder)
    asked = np.array([row[1:] for row in rows(60, 2)], dtype=object)
    # Of 210 rows 60 are higher by 50.
    assert Ensemble.load(opt_ml.folder / "model").predict(asked).mean() > 5


@pytest.mark.parametrize(("classes", "name"), [(("no", "yes"), "binary_f_beta"), (("a", "b", "c"), "macro_f_beta")])
def test_classes(opt_ml: OptMl, capsys: pytest.CaptureFixture[str], classes: tuple[str, ...], name: str) -> None:
    trained(opt_ml, classes)
    log = capsys.readouterr().out
    stem = name.removesuffix("beta")
    assert metric(log, f"{stem}1.000") > 0.8


def test_the_same_rows_give_the_same_model(opt_ml: OptMl) -> None:
    def predictions() -> np.ndarray:
        folder = trained(opt_ml)
        return Ensemble.load(folder).predict(np.array([row[1:] for row in rows(20, 2)], dtype=object))

    assert predictions().tolist() == predictions().tolist()


def test_members_are_those_asked_for(opt_ml: OptMl) -> None:
    saved = joblib.load(trained(opt_ml, members="linear-learner") / "ensemble.joblib")
    assert [(one["name"], one["weight"]) for one in saved["members"]] == [("linear-learner", 1.0)]


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({"members": "xgboost,catboost"}, "Hyperparameter members: catboost is not in"),
        ({"members": "xgboost,xgboost"}, "Hyperparameter members: xgboost,xgboost names one twice"),
        ({"depth": "3"}, "Extraneous hyperparameter found: depth"),
        ({"eta": "0"}, r"Hyperparameter eta: 0\.0 is not in \(0, 1\]"),
    ],
)
def test_hyperparameters_it_refuses(opt_ml: OptMl, hyperparameters: dict[str, str], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        trained(opt_ml, **hyperparameters)


def test_channels_it_refuses(opt_ml: OptMl) -> None:
    opt_ml.channel("train", "text/csv", **{"a.csv": b"1,2\n"})
    with pytest.raises(ClientError, match="Missing required channel: columns"):
        CONTAINER.train(opt_ml.folder)
    staged(opt_ml)
    opt_ml.channel("train", "text/csv", "Pipe")
    with pytest.raises(ClientError, match="channel train: an ensemble reads files"):
        CONTAINER.train(opt_ml.folder)


def test_a_class_of_a_single_row_cannot_be_learnt(opt_ml: OptMl) -> None:
    staged(opt_ml, ("a", "b"))
    table = [*(["a", *row[1:]] for row in rows(30, 0)), ["b", *rows(1, 5)[0][1:]]]
    opt_ml.channel("train", "text/csv", **{"chunk_0.csv": written(table)})
    with pytest.raises(ClientError, match="a class has a single training row"):
        CONTAINER.train(opt_ml.folder)


def test_a_table_of_useless_columns(opt_ml: OptMl) -> None:
    import json

    staged(opt_ml)
    useless = report() | {"columns": [{"name": one["name"], "kind": "ignored"} for one in report()["columns"]]}
    opt_ml.channel("columns", "application/json", **{"columns.json": json.dumps(useless).encode()})
    with pytest.raises(ClientError, match="no column of the training data can be used as a feature"):
        CONTAINER.train(opt_ml.folder)


def test_the_image_does_one_thing(opt_ml: OptMl) -> None:
    assert container_for(URI) is CONTAINER
    with pytest.raises(ClientError, match="does not serve: use autogluon-inference"):
        container_for(URI).load(opt_ml.folder, {})
    with pytest.raises(ClientError, match="not processing jobs"):
        container_for(URI).process(opt_ml.folder)
