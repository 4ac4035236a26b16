"""A training job of the XGBoost container: one booster, or k of them with `_kfold`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.channels import Examples, channel_config, merged, read_channel, widened
from include.local_aws.runtimes.folds import folds
from include.local_aws.runtimes.xgboost.callbacks import StopWhenAsked, log, round_line, stopping_on_sigterm
from include.local_aws.runtimes.xgboost.fit import Fitted, Settings, as_matrix, fit
from include.local_aws.runtimes.xgboost.folds import OutOfFold
from include.local_aws.runtimes.xgboost.hyperparameters import is_classification

MODEL_NAME = "xgboost-model"


def run_training(opt_ml: Path) -> None:
    """Train from the channels under `opt_ml` and leave `model/xgboost-model` (with `_kfold`: `-0` to `-(k-1)`).

    With `_kfold`, train and validation are merged, each booster is scored on the fold it has not seen, and those
    predictions go to `output/data/predictions.csv`. With `save_model_on_termination` a SIGTERM keeps what is there.

    :raises ClientError: hyperparameters or data are wrong.
    :raises AlgorithmError: XGBoost failed for another reason.
    """
    settings = Settings.read(opt_ml)
    train, validation = _channels(opt_ml, settings)
    log(f"Train matrix has {train.rows} rows and {train.columns} columns")
    if validation is not None:
        log(f"Validation matrix has {validation.rows} rows")
    model_dir = opt_ml / "model"
    model_dir.mkdir(parents=True, exist_ok=True)
    with stopping_on_sigterm(settings.values.get("save_model_on_termination") == "true") as stop:
        if "_kfold" in settings.values:
            _train_folds(settings, merged(train, validation), stop, opt_ml)
        else:
            _train_once(settings, train, validation, stop, model_dir)


def _train_once(
    settings: Settings, train: Examples, validation: Examples | None, stop: StopWhenAsked, model_dir: Path
) -> None:
    fitted = fit(settings, train, validation, stop)
    if "early_stopping_rounds" in settings.values:
        # The last round is not the saved one: say what the saved booster scores, so that the final metric is its own.
        log(f"The model is that of round {fitted.last_round}")
        log(round_line(fitted.last_round, fitted.metrics))
    _save(fitted.booster, model_dir / MODEL_NAME)


def _train_folds(settings: Settings, examples: Examples, stop: StopWhenAsked, opt_ml: Path) -> None:
    values = settings.values
    number, repeats = values["_kfold"], values.get("_num_cv_round", 1)
    classification = is_classification(values["objective"])
    log(f"Run {repeats}-round of {number}-fold cross validation with {examples.rows} rows")
    unseen = OutOfFold(examples.labels, values["objective"], classification)
    done: list[Fitted] = []
    for train_rows, held_out in folds(examples.labels, number, repeats, classification, values.get("seed", 0)):
        log(f"Train cross validation fold {len(done) % number + 1}")
        test = examples.take(held_out)
        done.append(fit(settings, examples.take(train_rows), test, stop))
        _save(done[-1].booster, opt_ml / "model" / f"{MODEL_NAME}-{len(done) - 1}")
        unseen.record(held_out, done[-1].booster.predict(as_matrix(test, settings)))
        if stop.asked:
            return
        if len(done) % number == 0:
            log(f"The metrics of round {len(done) // number} cross validation")
            log(round_line(values["num_round"], _mean_metrics(done[-number:])))
    if repeats > 1:
        log(f"The overall metrics of {repeats}-round cross validation")
        log(round_line(values["num_round"], _mean_metrics(done)))
    unseen.save(opt_ml / "output" / "data")


def _mean_metrics(fitted: list[Fitted]) -> dict[str, dict[str, float]]:
    return {
        data: {name: float(np.mean([one.metrics[data][name] for one in fitted])) for name in scores}
        for data, scores in fitted[0].metrics.items()
    }


def _save(booster: Any, path: Path) -> None:
    # What Booster.save_model writes to a name without an extension, without its warning about the missing extension.
    path.write_bytes(booster.save_raw("ubj"))


def _channels(opt_ml: Path, settings: Settings) -> tuple[Examples, Examples | None]:
    unknown = sorted(set(channel_config(opt_ml)) - {"train", "validation", "code"})
    if unknown:
        raise ClientError(f"Extraneous channel found: {unknown[0]}; the channels are train and validation")
    weights = bool(settings.values.get("csv_weights"))
    train, validation = (read_channel(opt_ml, name, weights) for name in ("train", "validation"))
    if train is None:
        raise ClientError("Missing required channel: train")
    metric = settings.values.get("_tuning_objective_metric")
    if validation is None and metric and "_kfold" not in settings.values:
        raise ClientError(f"_tuning_objective_metric {metric} needs a validation channel or _kfold")
    return train, None if validation is None else _as_wide(train, validation)


def _as_wide(train: Examples, validation: Examples) -> Examples:
    if validation.columns < train.columns and not isinstance(validation.features, np.ndarray):
        return Examples(widened(validation.features, train.columns), validation.labels, validation.weights)
    if validation.columns != train.columns:
        raise ClientError(
            f"the validation channel has {validation.columns} feature columns, the train channel {train.columns}"
        )
    return validation
