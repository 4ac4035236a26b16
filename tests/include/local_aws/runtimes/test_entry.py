"""Whole jobs through their entry points: exit codes, failure files, XGBoost trained and served in a batch transform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from include.local_aws.runtimes import entry
from include.local_aws.runtimes.recordio import write_records

_RANDOM = np.random.default_rng(8)
_X = _RANDOM.random((200, 4)).astype(np.float32)
_Y = (_X @ [1.0, 2.0, 3.0, 4.0]).astype(np.float32)


def _csv(matrix: Any) -> bytes:
    return "".join(",".join(map(repr, row)) + "\n" for row in matrix.tolist()).encode()


@pytest.fixture
def model(opt_ml: Any, image: str) -> Path:
    opt_ml.hyperparameters(num_round="10", nthread="1", _kfold="3", _tuning_objective_metric="validation:mse")
    opt_ml.channel("train", "text/csv", a=_csv(np.c_[_Y, _X][:150]))
    opt_ml.channel("validation", "text/csv", a=_csv(np.c_[_Y, _X][150:]))
    assert entry.train_main(image, str(opt_ml.folder)) == 0
    assert not (opt_ml.folder / "output" / "failure").exists()
    folder: Path = opt_ml.folder / "model"
    return folder


def _transform(tmp_path: Path, image: str, model: Path, data: dict[str, bytes], **changes: Any) -> int:
    inputs = []
    for number, (key, body) in enumerate(data.items()):
        path = tmp_path / f"input-{number}"
        path.write_bytes(body)
        inputs.append({"path": str(path), "key": key})
    spec = {
        "containers": [{"image": image, "model_dir": str(model), "environment": {"MAX_CONTENT_LENGTH": "20971520"}}],
        "inputs": inputs,
        "output_dir": str(tmp_path / "transform" / "out"),
        "content_type": "text/csv",
        "compression": "None",
        "split_type": "Line",
        "accept": "text/csv",
        "assemble_with": "Line",
        "batch_strategy": None,
        "max_payload_mb": None,
        "data_processing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"},
        **changes,
    }
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec))
    return entry.transform_main(str(path))


def _mean(model: Path, features: Any) -> Any:
    boosters = [xgboost.Booster() for _ in range(3)]
    for fold, booster in enumerate(boosters):
        booster.load_model(bytearray((model / f"xgboost-model-{fold}").read_bytes()))
    return np.mean([booster.predict(xgboost.DMatrix(features)) for booster in boosters], axis=0)


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
def test_one_line_for_every_row_under_the_key(tmp_path: Path, image: str, model: Path, strategy: str) -> None:
    data = {"a/b.csv": _csv(_X[:120]), "c.csv": _csv(_X[120:])}
    assert _transform(tmp_path, image, model, data, batch_strategy=strategy) == 0
    out = tmp_path / "transform" / "out"
    answers = [np.loadtxt(out / "a" / "b.csv.out"), np.loadtxt(out / "c.csv.out")]
    assert [len(answer) for answer in answers] == [120, 80]
    np.testing.assert_allclose(np.concatenate(answers), _mean(model, _X), rtol=1e-6)


def test_the_target_joined_beside_the_prediction(tmp_path: Path, image: str, model: Path) -> None:
    rows = [f'"{number}, ""x""",{y!r},' for number, y in enumerate(_Y.tolist())]
    data = "".join(row + line for row, line in zip(rows, _csv(_X).decode().splitlines(keepends=True), strict=True))
    processing = {"InputFilter": "$[2:]", "JoinSource": "Input", "OutputFilter": "$[1,-1]"}
    assert _transform(tmp_path, image, model, {"k": data.encode()}, data_processing=processing) == 0
    answer = np.loadtxt(tmp_path / "transform" / "out" / "k.out", delimiter=",")
    np.testing.assert_allclose(answer, np.c_[_Y, _mean(model, _X)], rtol=1e-6)


def test_recordio_in(tmp_path: Path, image: str, model: Path) -> None:
    changes = {"content_type": "application/x-recordio-protobuf", "split_type": "RecordIO"}
    assert _transform(tmp_path, image, model, {"k": write_records(_X)}, **changes) == 0
    np.testing.assert_allclose(np.loadtxt(tmp_path / "transform" / "out" / "k.out"), _mean(model, _X), rtol=1e-6)


def test_a_transform_of_the_wrong_width_says_so(tmp_path: Path, image: str, model: Path) -> None:
    assert _transform(tmp_path, image, model, {"k": _csv(np.c_[_Y, _X])}) == 2
    assert (tmp_path / "transform" / "failure").read_text() == (
        "Unable to evaluate payload provided: Feature size of csv inference data 5 "
        "is not consistent with feature size of trained model 4."
    )


def test_an_unreadable_spec_fails_beside_itself(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text("{")
    assert entry.transform_main(str(tmp_path / "spec.json")) == 1
    assert (tmp_path / "failure").read_text().startswith("JSONDecodeError: ")


def test_a_customers_mistake_ends_with_2(opt_ml: Any, image: str, capsys: pytest.CaptureFixture[str]) -> None:
    opt_ml.hyperparameters(num_round="0")
    assert entry.train_main(image, str(opt_ml.folder)) == 2
    assert opt_ml.failure() == "Hyperparameter num_round: 0 is not in [1, +inf)"
    assert capsys.readouterr().err == "Hyperparameter num_round: 0 is not in [1, +inf)\n"


def test_an_unknown_image_ends_with_2(opt_ml: Any) -> None:
    assert entry.train_main("nothing", str(opt_ml.folder)) == 2
    assert opt_ml.failure().startswith("'nothing' is not an image URI")


def test_a_job_the_image_does_not_run_ends_with_2(opt_ml: Any, image: str) -> None:
    assert entry.process_main(image, str(opt_ml.folder)) == 2
    assert opt_ml.failure() == "the image sagemaker-xgboost runs training and inference, not processing jobs"


def test_a_failure_of_the_algorithm_ends_with_1(opt_ml: Any, image: str) -> None:
    opt_ml.hyperparameters(num_round="2", nthread="1", tree_method="hist", monotone_constraints="(1,0,0,0,0,0,1)")
    opt_ml.channel("train", "text/csv", a=_csv(np.c_[_Y, _X]))
    assert entry.train_main(image, str(opt_ml.folder)) == 1
    assert opt_ml.failure().startswith("XGB train call failed with exception:\n ")


def test_anything_else_ends_with_1_and_a_traceback_in_the_log(
    opt_ml: Any, image: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (opt_ml.folder / "input" / "config" / "hyperparameters.json").unlink()
    assert entry.train_main(image, str(opt_ml.folder)) == 1
    assert opt_ml.failure().startswith("FileNotFoundError: ")
    assert "Traceback" in capsys.readouterr().err
