"""A training job of k-nearest neighbours: a sample of the rows is kept, and scored on the `test` channel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy import sparse

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.channels import Examples, channel_config, data_format, read_channel
from include.local_aws.runtimes.knn.hyperparameters import CLASSIFIER, TEST_METRICS, WITHOUT_EFFECT, validated
from include.local_aws.runtimes.knn.model import Neighbours
from include.local_aws.runtimes.recordio import CONTENT_TYPE as RECORDIO

_KINDS = {"accuracy": "score", "mse": "loss"}
METRIC_DEFINITIONS = [
    {"Name": f"test:{name}", "Regex": rf"#quality_metric: host=\S+, test {name} <{_KINDS[name]}>=(\S+)"}
    for name in TEST_METRICS.values()
]
_CHANNELS = ("train", "test")
_SEED = 0  # of the sample: the same job keeps the same rows


def run_training(opt_ml: Path, raw: Mapping[str, str]) -> None:
    """Train from the channels `train` and `test` (optional) under `opt_ml` and leave `model/model.joblib`.

    :raises ClientError: hyperparameters, channels or data are wrong.
    """
    values = validated(raw)
    ignored = [name for name in WITHOUT_EFFECT if name in values]
    if ignored:
        print(f"Without effect in this implementation: {', '.join(ignored)}", flush=True)
    train, test = _channels(opt_ml, values["feature_dim"])
    if test is None and "_tuning_objective_metric" in values:
        raise ClientError(f"_tuning_objective_metric {values['_tuning_objective_metric']} needs a test channel")
    rows = _sample(train.rows, values["sample_size"])
    kept = train.take(rows)
    if values["k"] > kept.rows:
        print(f"k is {values['k']}; all of the {kept.rows} rows that were kept are neighbours", flush=True)
    model = Neighbours(
        values["predictor_type"], values["k"], values.get("index_metric", "L2"), _dense(kept), kept.labels.astype(float)
    )
    print(f"Kept {kept.rows} of {train.rows} rows", flush=True)
    if test is not None:
        _tell(model, test)
    model.save(opt_ml / "model")


def _sample(rows: int, size: int) -> np.ndarray:
    if size >= rows:
        return np.arange(rows)
    return np.sort(np.random.default_rng(_SEED).choice(rows, size, replace=False))


def _tell(model: Neighbours, test: Examples) -> None:
    predicted = model.predict(model.search(test.features)[1])
    name = TEST_METRICS[model.predictor]
    right = predicted == test.labels if model.predictor == CLASSIFIER else (predicted - test.labels) ** 2
    print(f"#quality_metric: host=algo-1, test {name} <{_KINDS[name]}>={float(np.mean(right)):.9g}", flush=True)


def _dense(examples: Examples) -> np.ndarray:
    features = examples.features
    return features.toarray() if sparse.issparse(features) else np.asarray(features, dtype=float)


def _channels(opt_ml: Path, columns: int) -> tuple[Examples, Examples | None]:
    config = channel_config(opt_ml)
    unknown = sorted(set(config) - {*_CHANNELS})
    if unknown:
        raise ClientError(f"Extraneous channel found: {unknown[0]}; the channels are {', '.join(_CHANNELS)}")
    for name, settings in config.items():
        if data_format(settings.get("ContentType", RECORDIO)) == "libsvm":
            raise ClientError(f"channel {name}: knn takes text/csv and {RECORDIO}, not LIBSVM")
    train, test = (read_channel(opt_ml, name, default=RECORDIO) for name in _CHANNELS)
    if train is None:
        raise ClientError("Missing required channel: train")
    for name, examples in (("train", train), ("test", test)):
        if examples is None:
            continue
        if examples.columns != columns:
            raise ClientError(f"channel {name} has {examples.columns} features, feature_dim is {columns}")
        if not (np.isfinite(_dense(examples)).all() and np.isfinite(examples.labels).all()):
            raise ClientError(f"channel {name}: a value is not a finite number")
    return train, test
