"""The `autogluon-training` container: one trial, from the split files to an ensemble.

The members are cross-validated on the training rows. What they predict for the rows they were not fitted on decides
their weights; the metrics are those of the validation rows, which neither the members of any fold nor the weights have
seen. Then each member that counts is fitted on all rows, those of validation too.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.autogluon.blend import Numbers, loss, weighted, weights
from include.local_aws.runtimes.autogluon.features import transformer
from include.local_aws.runtimes.autogluon.hyperparameters import validated
from include.local_aws.runtimes.autogluon.layout import Layout
from include.local_aws.runtimes.autogluon.members import member
from include.local_aws.runtimes.autogluon.model import Ensemble, Member
from include.local_aws.runtimes.channels import channel_config
from include.local_aws.runtimes.estimators.scores import METRIC_DEFINITIONS, log_lines, score
from include.local_aws.runtimes.estimators.task import Task
from include.local_aws.runtimes.folds import folds
from include.local_aws.runtimes.hyperparameters import raw_hyperparameters
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.table import read_cells

__all__ = ["CONTAINER", "METRIC_DEFINITIONS", "AutoGluonTraining", "run_training"]

# Features and labels.
Rows = tuple[Any, Numbers]
_CHANNELS = ("columns", "train", "validation")
_THRESHOLD = 0.5


def run_training(opt_ml: Path) -> None:
    """Train from the channels `train`, `validation` (CSV without a header) and `columns` (the data builder's report).

    :raises ClientError: a channel or hyperparameter is missing or wrong, or the rows cannot be learnt from.
    """
    settings = validated(raw_hyperparameters(opt_ml))
    _check_channels(opt_ml)
    data = opt_ml / "input" / "data"
    layout = Layout.read(data / "columns")
    cells, more = read_cells(data / "train"), read_cells(data / "validation")
    featurizer = Featurizer.fit(layout.header, transformer(layout), layout.encoder(), cells)
    train = _labelled(featurizer, layout.task, cells, "train")
    validation = _labelled(featurizer, layout.task, more, "validation")
    shares, answered = _shares(settings, layout.task, train, validation)
    _keep(layout.task, validation[1], answered, opt_ml / "output" / "data")
    everything = [np.concatenate(parts) for parts in zip(train, validation, strict=True)]
    members = tuple(
        Member(name, share, _fitted(member(name, settings, layout.task), *everything)) for name, share in shares.items()
    )
    ensemble = Ensemble(featurizer, layout.task, layout.labels, members)
    ensemble.save(opt_ml / "model")


class AutoGluonTraining:
    """Split files in, an ensemble out."""

    def train(self, opt_ml: Path) -> None:
        """Run a trial."""
        run_training(opt_ml)

    def process(self, opt_ml: Path) -> None:  # noqa: ARG002 - what it would work on
        """Refuse: this image does not run processing jobs."""
        raise ClientError("the image autogluon-training runs training, not processing jobs")

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:  # noqa: ARG002
        """Refuse: another image serves."""
        raise ClientError("the image autogluon-training does not serve: use autogluon-inference")


CONTAINER = AutoGluonTraining()


def _check_channels(opt_ml: Path) -> None:
    channels = channel_config(opt_ml)
    for name in _CHANNELS:
        if name not in channels:
            raise ClientError(f"Missing required channel: {name}")
    for name, settings in channels.items():
        if name not in _CHANNELS:
            raise ClientError(f"Extraneous channel found: {name}; the channels are {', '.join(_CHANNELS)}")
        if settings.get("TrainingInputMode", "File") == "Pipe":
            raise ClientError(f"channel {name}: an ensemble reads files: use InputMode File or FastFile")


def _labelled(featurizer: Featurizer, task: Task, cells: NDArray[Any], name: str) -> Rows:
    features, labels = featurizer.transform(cells)
    if labels is None:
        raise ClientError(f"channel {name} has no column {featurizer.header.target_column_name}")
    task.check_labels(labels, name)
    return features, labels


def _shares(settings: Mapping[str, Any], task: Task, train: Rows, validation: Rows) -> tuple[dict[str, float], Numbers]:
    """Return what each member counts, and what the mean of the folds' members answers for the validation rows.

    What this scores is logged.
    """
    (features, labels), (others, truth) = train, validation
    number = _folds(settings["num_bag_folds"], task, labels)
    unseen, bagged = ({name: _nothing(task, len(rows)) for name in settings["members"]} for rows in (labels, truth))
    for rows, held_out in folds(labels, number, 1, task.stratified, seed=0):
        for name in unseen:
            fitted = _fitted(member(name, settings, task), features[rows], labels[rows])
            unseen[name][held_out] = task.predictions(fitted, features[held_out])
            bagged[name] += task.predictions(fitted, others) / number
    shares = weights(task, labels, unseen)
    print(f"{number}-fold cross validation of {len(labels)} rows", flush=True)
    for name, predictions in unseen.items():
        share = shares.get(name, 0.0)
        print(f"{name}: loss on unseen rows {loss(task, labels, predictions):.6g}, weight {share:.2f}", flush=True)
    answered = weighted(shares, bagged)
    for line in log_lines("validation", score(task, truth, answered, _THRESHOLD), task):
        print(line, flush=True)
    return shares, answered


def _keep(task: Task, truth: Numbers, answered: Numbers, folder: Path) -> None:
    """Write `predictions.csv` as cross-validation does: label and answer; for classes label, probability, class."""
    columns = [truth, answered]
    if task.classes > 2:
        columns = [truth, answered.max(axis=1), answered.argmax(axis=1)]
    elif task.classes:
        columns = [truth, answered, (answered >= _THRESHOLD).astype(float)]
    folder.mkdir(parents=True, exist_ok=True)
    np.savetxt(folder / "predictions.csv", np.column_stack(columns), delimiter=",", fmt="%.9g")


def _nothing(task: Task, rows: int) -> Numbers:
    return np.zeros((rows, task.classes) if task.classes > 2 else rows)


def _folds(wanted: int, task: Task, labels: Numbers) -> int:
    """Return how many folds leave rows of every class to learn from."""
    if not task.classes:
        return wanted
    rarest = min(Counter(labels.tolist()).values())
    if rarest < 2:
        raise ClientError("a class has a single training row: an ensemble needs at least two of each")
    return min(wanted, rarest)


def _fitted(estimator: Any, features: Any, labels: Numbers) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a nearly finished solution is one, too
        try:
            return estimator.fit(features, labels)
        except ValueError as error:  # such as one class only
            raise ClientError(f"the ensemble cannot learn from these data: {error}") from error
