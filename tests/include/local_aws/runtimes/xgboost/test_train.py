from __future__ import annotations

import os
import re
import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from scipy import sparse
from sklearn.model_selection import RepeatedKFold

from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.recordio import write_records
from include.local_aws.runtimes.xgboost import METRIC_DEFINITIONS
from include.local_aws.runtimes.xgboost.callbacks import LogRounds
from include.local_aws.runtimes.xgboost.train import run_training

_RANDOM = np.random.default_rng(5)
_X = _RANDOM.random((120, 6)).astype(np.float32)
_Y = (3 * _X[:, 0] + _X[:, 1] + 0.3 * _RANDOM.normal(size=120)).astype(np.float32)
_TRAIN, _VALIDATION = slice(0, 90), slice(90, 120)


def _csv(rows: slice, labels: Any = _Y) -> bytes:
    return "\n".join(",".join(map(repr, row)) for row in np.c_[labels, _X][rows].tolist()).encode()


def _stage(opt_ml: Any, labels: Any = _Y, validation: bool = True, **hyperparameters: str) -> Path:
    opt_ml.hyperparameters(nthread="1", **hyperparameters)
    opt_ml.channel("train", "text/csv", a=_csv(_TRAIN, labels))
    if validation:
        opt_ml.channel("validation", "text/csv", a=_csv(_VALIDATION, labels))
    folder: Path = opt_ml.folder
    return folder


def _booster(path: Path) -> Any:
    booster = xgboost.Booster()
    with pytest.warns(UserWarning, match="Unknown file format"):  # the file has no extension, as on AWS
        booster.load_model(path)
    return booster


def _final_metrics(log: str) -> dict[str, float]:
    """What SageMaker would put into FinalMetricDataList."""
    found = ((item["Name"], re.findall(item["Regex"], log)) for item in METRIC_DEFINITIONS)
    return {name: float(values[-1]) for name, values in found if values}


def _data(rows: Any, labels: Any = _Y) -> Any:
    return xgboost.DMatrix(_X[rows], label=labels[rows])


def test_one_booster_as_plain_xgboost_trains_it(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _stage(opt_ml, num_round="7", eta="0.4", max_depth="3", subsample="0.7", seed="9", eval_metric="rmse,mae")
    run_training(folder)
    parameters = {"eta": 0.4, "max_depth": 3, "subsample": 0.7, "seed": 9, "nthread": 1}
    plain = xgboost.train(parameters, _data(_TRAIN), 7)
    saved = _booster(folder / "model" / "xgboost-model")
    np.testing.assert_array_equal(saved.predict(xgboost.DMatrix(_X)), plain.predict(xgboost.DMatrix(_X)))
    error = plain.predict(_data(_VALIDATION)) - _Y[_VALIDATION]
    log = capsys.readouterr().out
    assert _final_metrics(log)["validation:rmse"] == pytest.approx(np.sqrt((error**2).mean()), abs=1e-5)
    assert _final_metrics(log)["validation:mae"] == pytest.approx(np.abs(error).mean(), abs=1e-5)
    assert len(re.findall(r"^\[\d\]#011train-rmse:\d\.\d{5}#011train-mae:", log, re.MULTILINE)) == 7
    assert not (folder / "output" / "data").exists()


def test_the_same_job_gives_the_same_model(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _stage(opt_ml, num_round="5", subsample="0.5", colsample_bytree="0.5", _kfold="3")
    models = []
    for _ in range(2):
        run_training(folder)
        models.append([(folder / "model" / f"xgboost-model-{fold}").read_bytes() for fold in range(3)])
    assert models[0] == models[1]
    assert len(set(models[0])) == 3


def test_k_folds_are_trained_and_scored_apart(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _stage(
        opt_ml, num_round="6", max_depth="2", _kfold="4", seed="11", _tuning_objective_metric="validation:mse"
    )
    run_training(folder)
    assert sorted(path.name for path in (folder / "model").iterdir()) == [f"xgboost-model-{fold}" for fold in range(4)]
    errors, unseen = [], np.zeros(120)
    for fold, (rows, held) in enumerate(RepeatedKFold(n_splits=4, n_repeats=1, random_state=11).split(_X)):
        plain = xgboost.train({"max_depth": 2, "nthread": 1, "seed": 11}, _data(rows), 6)
        saved = _booster(folder / "model" / f"xgboost-model-{fold}")
        np.testing.assert_array_equal(saved.predict(_data(held)), plain.predict(_data(held)))
        unseen[held] = plain.predict(_data(held))
        errors.append(((unseen[held] - _Y[held]) ** 2).mean())
    written = np.loadtxt(folder / "output" / "data" / "predictions.csv", delimiter=",")
    np.testing.assert_allclose(written, np.c_[_Y, unseen], rtol=1e-7)
    log = capsys.readouterr().out
    assert _final_metrics(log)["validation:mse"] == pytest.approx(np.mean(errors), abs=1e-5)
    assert log.splitlines()[-2] == "The metrics of round 1 cross validation"
    assert log.splitlines()[-1].startswith("[6]#011train-rmse:")


def test_weights_of_both_channels_count_in_the_folds(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    weights = np.linspace(0.1, 2, 120)
    table = np.c_[_Y, weights, _X]
    opt_ml.hyperparameters(num_round="3", nthread="1", csv_weights="1", _kfold="2")
    for name, rows in (("train", _TRAIN), ("validation", _VALIDATION)):
        lines = "\n".join(",".join(map(repr, row)) for row in table[rows].tolist())
        opt_ml.channel(name, "text/csv", a=lines.encode())
    run_training(opt_ml.folder)
    for fold, (rows, held) in enumerate(RepeatedKFold(n_splits=2, n_repeats=1, random_state=0).split(_X)):
        plain = xgboost.train({"nthread": 1}, xgboost.DMatrix(_X[rows], label=_Y[rows], weight=weights[rows]), 3)
        saved = _booster(opt_ml.folder / "model" / f"xgboost-model-{fold}")
        np.testing.assert_array_equal(saved.predict(_data(held)), plain.predict(_data(held)))


def test_repeated_cross_validation(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _stage(opt_ml, num_round="2", _kfold="2", _num_cv_round="3", validation=False)
    run_training(folder)
    assert len(list((folder / "model").iterdir())) == 6
    assert "The overall metrics of 3-round cross validation" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("hyperparameters", "metric"),
    [
        ({"objective": "binary:logistic"}, "f1_binary"),
        ({"objective": "binary:logistic"}, "accuracy"),
        ({"objective": "multi:softprob", "num_class": "2"}, "accuracy"),
        ({"objective": "multi:softmax", "num_class": "2"}, "f1_macro"),
    ],
)
def test_classification_with_folds(
    opt_ml: Any, capsys: pytest.CaptureFixture[str], hyperparameters: dict[str, str], metric: str
) -> None:
    labels = (np.median(_Y) < _Y).astype(np.float32)
    folder = _stage(
        opt_ml, labels, num_round="4", _kfold="3", _tuning_objective_metric=f"validation:{metric}", **hyperparameters
    )
    run_training(folder)
    final = _final_metrics(capsys.readouterr().out)[f"validation:{metric}"]
    written = np.loadtxt(folder / "output" / "data" / "predictions.csv", delimiter=",")
    assert written.shape == (120, 3)
    accuracy = (written[:, 0] == written[:, 2]).mean()
    assert final == pytest.approx(accuracy, abs=1e-5 if metric == "accuracy" else 0.05)
    assert accuracy > 0.7


def test_early_stopping_keeps_the_best_round(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _stage(opt_ml, num_round="300", eta="0.5", early_stopping_rounds="5", eval_metric="mae,rmse")
    run_training(folder)
    log = capsys.readouterr().out
    scores = [float(value) for value in re.findall(r"validation-rmse:(\S+)", log)]
    rounds, final = scores[:-1], scores[-1]
    saved = _booster(folder / "model" / "xgboost-model")
    best = saved.num_boosted_rounds() - 1
    assert best + 5 == len(rounds) - 1 < 299
    assert final == rounds[best] == min(rounds)
    error = saved.predict(_data(_VALIDATION)) - _Y[_VALIDATION]
    assert np.sqrt((error**2).mean()) == pytest.approx(final, abs=1e-5)


def test_early_stopping_on_a_metric_to_be_maximized(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _stage(opt_ml, num_round="200", early_stopping_rounds="4", _tuning_objective_metric="validation:r2")
    run_training(folder)
    rounds = [float(value) for value in re.findall(r"validation-r2:(\S+)", capsys.readouterr().out)][:-1]
    best = _booster(folder / "model" / "xgboost-model").num_boosted_rounds() - 1
    assert best > 0
    assert rounds[best] == max(rounds)


def test_a_linear_booster_stops_early_without_being_cut(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _stage(opt_ml, num_round="3", booster="gblinear", early_stopping_rounds="1")
    run_training(folder)
    assert _booster(folder / "model" / "xgboost-model").predict(_data(_TRAIN)).shape == (90,)


def test_sparse_recordio_through_pipes(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    opt_ml.hyperparameters(num_round="3", nthread="1")
    feeders = []
    for name, rows in (("train", _TRAIN), ("validation", _VALIDATION)):
        folder = opt_ml.channel(name, "application/x-recordio-protobuf", "Pipe")
        folder.parent.mkdir(parents=True, exist_ok=True)
        fifo = folder.with_name(f"{name}_0")
        os.mkfifo(fifo)
        data = write_records(sparse.csr_matrix(_X[rows]), _Y[rows])
        feeders.append(threading.Thread(target=fifo.write_bytes, args=(data,)))
        feeders[-1].start()
    run_training(opt_ml.folder)
    for feeder in feeders:
        feeder.join()
    plain = xgboost.train({"nthread": 1}, _data(_TRAIN), 3)
    saved = _booster(opt_ml.folder / "model" / "xgboost-model")
    np.testing.assert_array_equal(saved.predict(_data(_VALIDATION)), plain.predict(_data(_VALIDATION)))


def test_libsvm_channels_of_different_width(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    opt_ml.hyperparameters(num_round="2", nthread="1")
    opt_ml.channel("train", "text/libsvm", a=b"1 0:5 4:6\n0 1:1\n")
    opt_ml.channel("validation", "text/libsvm", a=b"1 0:5\n")
    run_training(opt_ml.folder)
    assert _booster(opt_ml.folder / "model" / "xgboost-model").num_features() == 5


@pytest.mark.parametrize("kfold", [{}, {"_kfold": "3"}])
def test_a_stopped_job_keeps_what_it_has(
    opt_ml: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kfold: dict[str, str]
) -> None:
    after = LogRounds.after_iteration

    def stop_in_round_4(self: LogRounds, model: Any, epoch: int, evals: Any) -> bool:
        if epoch == 4:
            os.kill(os.getpid(), signal.SIGTERM)
        return after(self, model, epoch, evals)

    monkeypatch.setattr(LogRounds, "after_iteration", stop_in_round_4)
    former = signal.getsignal(signal.SIGTERM)
    folder = _stage(opt_ml, num_round="100", save_model_on_termination="true", **kfold)
    run_training(folder)
    assert signal.getsignal(signal.SIGTERM) is former
    models = sorted((folder / "model").iterdir())
    assert len(models) == 1
    assert _booster(models[0]).num_boosted_rounds() in (5, 6)
    assert "Stopped on request after round" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("labels", "hyperparameters", "message"),
    [
        (
            _Y,
            {"objective": "binary:logistic"},
            "Check failed: is_valid: base_score must be in (0,1) for the logistic loss.",
        ),
        (_Y + 5, {"objective": "multi:softprob", "num_class": "3"}, "in the range of [0, num_class)"),
        (np.where(_Y > 2, np.nan, _Y), {}, "Label contains NaN"),
        (_Y - 10, {"objective": "count:poisson"}, "label must be non-negative for Poisson/Tweedie regression."),
        (_Y, {"objective": "reg:logistic", "base_score": "7"}, "base_score"),
    ],
)
def test_what_xgboost_refuses_is_the_customers_error(
    opt_ml: Any, capsys: pytest.CaptureFixture[str], labels: Any, hyperparameters: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError) as caught:
        run_training(_stage(opt_ml, labels, num_round="2", **hyperparameters))
    assert message in str(caught.value)
    assert "Stack trace" not in str(caught.value)
    assert not str(caught.value).startswith("[")


def test_what_xgboost_cannot_do_is_the_algorithms_error(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AlgorithmError, match="XGB train call failed with exception:\n "):
        run_training(_stage(opt_ml, num_round="2", tree_method="hist", monotone_constraints="(1,0,0,0,0,0,0,1)"))


def test_channels_must_be_those_of_the_algorithm(opt_ml: Any) -> None:
    opt_ml.channel("validation", "text/csv", a=_csv(_VALIDATION))
    with pytest.raises(ClientError, match="Missing required channel: train"):
        run_training(opt_ml.folder)
    opt_ml.channel("test", "text/csv", a=_csv(_VALIDATION))
    with pytest.raises(ClientError, match="Extraneous channel found: test; the channels are train and validation"):
        run_training(opt_ml.folder)


def test_channels_must_be_of_the_same_width(opt_ml: Any, capsys: pytest.CaptureFixture[str]) -> None:
    opt_ml.channel("train", "text/csv", a=b"1,2,3\n2,3,4\n")
    opt_ml.channel("validation", "text/csv", a=b"1,2\n")
    with pytest.raises(ClientError, match="the validation channel has 1 feature columns, the train channel 2"):
        run_training(opt_ml.folder)


def test_an_objective_metric_needs_something_to_be_measured_on(opt_ml: Any) -> None:
    folder = _stage(opt_ml, num_round="1", _tuning_objective_metric="validation:mse", validation=False)
    with pytest.raises(ClientError, match="validation:mse needs a validation channel or _kfold"):
        run_training(folder)


def test_threads_come_from_the_environment(opt_ml: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from include.local_aws.runtimes.xgboost.fit import Settings

    opt_ml.hyperparameters(num_round="1")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert Settings.read(opt_ml.folder).parameters["nthread"] == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert Settings.read(opt_ml.folder).parameters["nthread"] == os.cpu_count()
