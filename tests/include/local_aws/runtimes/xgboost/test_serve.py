from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from scipy import sparse

from include.local_aws.runtimes import ClientError, Servant, container_for
from include.local_aws.runtimes.recordio import write_records
from include.local_aws.runtimes.xgboost import CONTAINER

_RANDOM = np.random.default_rng(3)
_X = _RANDOM.random((60, 12)).astype(np.float32)
_RECORDIO = "application/x-recordio-protobuf"


def _booster(objective: str = "reg:squarederror", seed: int = 0, **parameters: Any) -> Any:
    labels = np.random.default_rng(seed).integers(0, 2 + ("num_class" in parameters), 60)
    data = xgboost.DMatrix(_X, label=labels)
    return xgboost.train({"objective": objective, "nthread": 1, "seed": seed, **parameters}, data, 4)


def _load(folder: Path, *boosters: Any, **environment: str) -> Servant:
    for number, booster in enumerate(boosters):
        (folder / f"xgboost-model-{number}").write_bytes(booster.save_raw("ubj"))
    return CONTAINER.load(folder, {"SAGEMAKER_BATCH": "true", **environment})


def _numbers(servant: Servant, body: bytes, content_type: str) -> Any:
    answer, answer_type = servant.invoke(body, content_type, None)
    assert answer_type == "text/csv"
    return np.array([[float(field) for field in line.split(",")] for line in answer.decode().splitlines()]).squeeze()


def _csv(matrix: Any) -> bytes:
    return "\n".join(",".join(map(repr, row)) for row in matrix.tolist()).encode()


def test_every_format_gives_the_same_predictions(tmp_path: Path) -> None:
    booster = _booster()
    servant = _load(tmp_path, booster)
    wanted = booster.predict(xgboost.DMatrix(_X))
    lines = "\n".join(" ".join(f"{i}:{value!r}" for i, value in enumerate(row)) for row in _X.tolist()).encode()
    for body, kind in (
        (_csv(_X), "text/csv; charset=utf-8"),
        (write_records(_X), _RECORDIO),
        (write_records(_X, _X[:, 0]), _RECORDIO),  # labels are ignored
        (write_records(sparse.csr_matrix(_X)), _RECORDIO),
        (lines, "text/libsvm"),
        (b"\n".join(b"7 " + line for line in lines.splitlines()), "text/x-libsvm"),
    ):
        np.testing.assert_array_equal(_numbers(servant, body, kind).astype(np.float32), wanted)


def test_absent_entries_of_sparse_rows_are_missing_values(tmp_path: Path) -> None:
    booster = _booster()
    half = np.where(_X > 0.5, _X, 0)
    wanted = booster.predict(xgboost.DMatrix(np.where(_X > 0.5, _X, np.nan)))
    servant = _load(tmp_path, booster)
    answer = _numbers(servant, write_records(sparse.csr_matrix(half)), _RECORDIO)
    np.testing.assert_array_equal(answer.astype(np.float32), wanted)


def test_several_boosters_are_averaged(tmp_path: Path) -> None:
    boosters = [_booster(seed=seed) for seed in range(12)]
    mean = np.mean([booster.predict(xgboost.DMatrix(_X)) for booster in boosters], axis=0)
    np.testing.assert_allclose(_numbers(_load(tmp_path, *boosters), _csv(_X), "text/csv"), mean, rtol=1e-6)


def test_class_predictions_are_voted_on(tmp_path: Path) -> None:
    boosters = [_booster("multi:softmax", seed, num_class=3) for seed in range(3)]
    votes = np.array([booster.predict(xgboost.DMatrix(_X)) for booster in boosters]).astype(int)
    wanted = [np.bincount(column).argmax() for column in votes.T]
    assert _numbers(_load(tmp_path, *boosters), _csv(_X), "text/csv").tolist() == wanted


def test_selected_content_of_a_classifier(tmp_path: Path) -> None:
    booster = _booster("binary:logistic")
    servant = _load(tmp_path, booster, SAGEMAKER_INFERENCE_OUTPUT="predicted_label,probability")
    probability = booster.predict(xgboost.DMatrix(_X))
    answer = _numbers(servant, _csv(_X), "text/csv")
    np.testing.assert_array_equal(answer[:, 0], probability > 0.5)
    np.testing.assert_array_equal(answer[:, 1].astype(np.float32), probability)


def test_the_answer_is_of_the_accepted_or_the_containers_own_type(tmp_path: Path) -> None:
    servant = _load(tmp_path, _booster(), SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="application/json")
    body = _csv(_X[:2])
    assert servant.invoke(body, "text/csv", "text/csv")[1] == "text/csv"
    for accept in (None, "*/*"):
        answer, answer_type = servant.invoke(body, "text/csv", accept)
        assert answer_type == "application/json"
        assert len(json.loads(answer)["predictions"]) == 2


@pytest.mark.parametrize(
    ("environment", "megabytes"),
    [({}, 6), ({"MAX_CONTENT_LENGTH": "20971520"}, 20), ({"MAX_CONTENT_LENGTH": "99999999"}, 20)],
)
def test_execution_parameters(tmp_path: Path, environment: Mapping[str, str], megabytes: int) -> None:
    parameters = _load(tmp_path, _booster(), **environment).execution_parameters()
    assert parameters["MaxPayloadInMB"] == megabytes
    assert parameters["BatchStrategy"] == "MULTI_RECORD"


_FEATURES = "Unable to evaluate payload provided: Feature size"
_WIDTH = "is not consistent with feature size of trained model 12."


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (
            _csv(_X[:, 1:]),
            "text/csv",
            f"{_FEATURES} of csv inference data 11 {_WIDTH}",
        ),
        (
            write_records(np.hstack([_X, _X[:, :1]])),
            _RECORDIO,
            f"{_FEATURES} of recordio-protobuf inference data 13 {_WIDTH}",
        ),
        (
            b"12:1.5\n",
            "text/libsvm",
            (
                "Unable to evaluate payload provided: Feature size of libsvm inference data 13 is larger than "
                "feature size of trained model 12."
            ),
        ),
        (b"", "text/csv", "the request has no content"),
        (b"x,y\n1,2\n", "text/csv", "the request: row 1, column 1: 'x' is not a number "),
        (b"abc", _RECORDIO, "record 1 at byte 0: the header is cut off after 3 of 8 bytes"),
        (b"{}", "application/json", "application/json is not an accepted ContentType: "),
        (b"1," * 5_000_000, "text/csv", "the request has 10000000 bytes, MAX_CONTENT_LENGTH is 6291456"),
    ],
)
def test_bad_requests_are_refused(tmp_path: Path, body: bytes, content_type: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        _load(tmp_path, _booster()).invoke(body, content_type, None)
    assert str(caught.value).startswith(message)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="Unable to load model: there is no file in "):
        CONTAINER.load(tmp_path, {})
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(ClientError, match=r"Unable to load model: notes\.txt is not an XGBoost model: "):
        CONTAINER.load(tmp_path, {})


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [("1.0-1-cpu-py3", b"0.5,0.5"), ("1.3-1", b"0.5,0.5"), ("1.5-1", b"0.5\n0.5\n"), ("3.0-5", b"0.5\n0.5\n")],
)
def test_an_endpoint_answers_a_line_a_row_from_1_5_on(tmp_path: Path, tag: str, wanted: bytes) -> None:
    booster = xgboost.train({"base_score": 0.5}, xgboost.DMatrix(_X, np.full(len(_X), 0.5)), 1)
    (tmp_path / "xgboost-model").write_bytes(booster.save_raw("ubj"))
    image = f"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:{tag}"
    servant = container_for(image).load(tmp_path, {})
    assert servant.invoke(_csv(_X[:2]), "text/csv", None) == (wanted, "text/csv")
