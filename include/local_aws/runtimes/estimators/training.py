"""A training job: channels in, `model/model.joblib` and the log lines of its metrics out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.channels import Examples, channel_config, data_format, merged, read_channel
from include.local_aws.runtimes.estimators.model import Model
from include.local_aws.runtimes.estimators.scores import Scores, log_lines, mean, score
from include.local_aws.runtimes.estimators.task import BINARY, Task
from include.local_aws.runtimes.estimators.threshold import DEFAULT, Criterion
from include.local_aws.runtimes.folds import folds
from include.local_aws.runtimes.recordio import CONTENT_TYPE as RECORDIO

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """What the hyperparameters ask for.

    :param fit: makes a fitted estimator of examples; raises ValueError where they cannot be learnt from.
    :param dense: `fit` takes no sparse matrix.
    :param kfold: merge train and validation and fit this many models, each scored on the fold it has not seen.
    :param repeats: how often to do that, with other folds.
    :param objective: `<data>:<metric>` that a tuner waits for.
    :param notes: what to say at the start of the log.
    """

    algorithm: str
    task: Task
    fit: Callable[[Examples], Any]
    dense: bool = False
    criterion: Criterion = field(default_factory=Criterion)
    kfold: int | None = None
    repeats: int = 1
    seed: int = 0
    columns: int | None = None
    objective: str | None = None
    notes: tuple[str, ...] = ()


def run_training(opt_ml: Path, plan: Plan) -> None:
    """Train from the channels `train`, `validation` (optional) and `test` (optional) under `opt_ml`.

    :raises ClientError: channels or data are wrong.
    """
    channels = _channels(opt_ml, plan)
    for note in plan.notes:
        print(note, flush=True)
    for name, examples in channels.items():
        print(f"The {name} channel has {examples.rows} rows and {examples.columns} columns", flush=True)
    model = _train_folds(plan, channels, opt_ml / "output" / "data") if plan.kfold else _train_once(plan, channels)
    if "test" in channels:
        test = channels["test"]
        _tell(plan, "test", score(plan.task, test.labels, model.predict(test.features), model.threshold))
    model.save(opt_ml / "model")


def _train_once(plan: Plan, channels: dict[str, Examples]) -> Model:
    train = channels["train"]
    estimator = _fitted(plan, train)
    predicted: dict[str, Numbers] = {
        name: plan.task.predictions(estimator, channels[name].features)
        for name in ("train", "validation")
        if name in channels
    }
    judge = "validation" if "validation" in channels else "train"
    threshold = _threshold(plan, channels[judge].labels, predicted[judge])
    for name, predictions in predicted.items():
        _tell(plan, name, score(plan.task, channels[name].labels, predictions, threshold))
    return _model(plan, train, (estimator,), threshold)


def _train_folds(plan: Plan, channels: dict[str, Examples], output: Path) -> Model:
    """Cross-validate; the threshold is chosen on all held-out predictions together, the scores are means over folds.

    The held-out predictions go to `held_out.csv`: label and number; of classes label, probability and class.
    """
    examples = merged(channels["train"], channels.get("validation"))
    number = plan.kfold or 0
    print(f"Run {plan.repeats}-round of {number}-fold cross validation with {examples.rows} rows", flush=True)
    estimators: list[Any] = []
    seen: list[tuple[Numbers, Numbers]] = []
    unseen: list[tuple[Numbers, Numbers]] = []
    for rows, held_out in folds(examples.labels, number, plan.repeats, plan.task.stratified, plan.seed):
        train, test = examples.take(rows), examples.take(held_out)
        estimators.append(_fitted(plan, train))
        seen.append((train.labels, plan.task.predictions(estimators[-1], train.features)))
        unseen.append((test.labels, plan.task.predictions(estimators[-1], test.features)))
    labels, predictions = (np.concatenate([pair[at] for pair in unseen]) for at in (0, 1))
    threshold = _threshold(plan, labels, predictions)
    _save(output, plan.task, labels, predictions, threshold)
    for name, pairs in (("train", seen), ("validation", unseen)):
        _tell(plan, name, mean(score(plan.task, truth, predicted, threshold) for truth, predicted in pairs))
    return _model(plan, examples, tuple(estimators), threshold)


def _save(folder: Path, task: Task, labels: Numbers, predictions: Numbers, threshold: float) -> None:
    columns = [labels, predictions.max(axis=1) if predictions.ndim > 1 else predictions]
    if task.classes:
        columns.append(predictions.argmax(axis=1) if predictions.ndim > 1 else predictions >= threshold)
    folder.mkdir(parents=True, exist_ok=True)
    np.savetxt(folder / "held_out.csv", np.column_stack(columns), delimiter=",", fmt="%.9g")


def _fitted(plan: Plan, examples: Examples) -> Any:
    try:
        return plan.fit(examples)
    except ValueError as error:  # such as missing values, or one class only
        raise ClientError(f"{plan.algorithm} cannot learn from these data: {error}") from error


def _threshold(plan: Plan, labels: Numbers, predictions: Numbers) -> float:
    return plan.criterion.threshold(labels, predictions) if plan.task.predictor == BINARY else DEFAULT


def _model(plan: Plan, examples: Examples, estimators: tuple[Any, ...], threshold: float) -> Model:
    dense = plan.dense or not sparse.issparse(examples.features)
    return Model(plan.algorithm, plan.task, estimators, threshold, examples.columns, dense)


def _tell(plan: Plan, data: str, scores: Scores) -> None:
    for line in log_lines(data, scores, plan.task):
        print(line, flush=True)


def _channels(opt_ml: Path, plan: Plan) -> dict[str, Examples]:
    names = ("train", "validation", "test")
    unknown = sorted(set(channel_config(opt_ml)) - {*names})
    if unknown:
        raise ClientError(f"Extraneous channel found: {unknown[0]}; the channels are {', '.join(names)}")
    for name, settings in channel_config(opt_ml).items():
        if data_format(settings.get("ContentType", RECORDIO)) == "libsvm":
            raise ClientError(f"channel {name}: {plan.algorithm} takes text/csv and {RECORDIO}, not LIBSVM")
    found = {name: read_channel(opt_ml, name, default=RECORDIO) for name in names}
    if found["train"] is None:
        raise ClientError("Missing required channel: train")
    data = plan.objective.partition(":")[0] if plan.objective else "train"
    if found[data] is None and not (data == "validation" and plan.kfold):
        raise ClientError(f"_tuning_objective_metric {plan.objective} needs a {data} channel")
    channels = {name: _checked(examples, name, plan) for name, examples in found.items() if examples is not None}
    widths = {name: examples.columns for name, examples in channels.items()}
    if len({*widths.values()} | ({plan.columns} - {None})) > 1:
        wanted = f", feature_dim is {plan.columns}" if plan.columns else ""
        raise ClientError(f"the channels have different numbers of features: {widths}{wanted}")
    return channels


def _checked(examples: Examples, name: str, plan: Plan) -> Examples:
    plan.task.check_labels(examples.labels, name)
    if plan.dense and sparse.issparse(examples.features):
        return Examples(examples.features.toarray(), examples.labels)
    return examples
