"""One call of XGBoost: settings and examples in, a booster and its metrics out."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xgboost
from xgboost.callback import EarlyStopping

from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.channels import Examples
from include.local_aws.runtimes.xgboost.callbacks import LogRounds, StopWhenAsked
from include.local_aws.runtimes.xgboost.hyperparameters import validated
from include.local_aws.runtimes.xgboost.metrics import MAXIMIZED, added_metrics, base_name, split_metrics

# The hyperparameters the container deals with itself; the others are XGBoost's.
_OWN = (
    "num_round", "csv_weights", "early_stopping_rounds", "eval_metric", "save_model_on_termination",
    "_kfold", "_num_cv_round", "_tuning_objective_metric",
)  # fmt: skip
# Parts of XGBoost's messages that are about the customer's data or settings.
_CUSTOMER_ERRORS = (
    "label must be", "Label contains", "Label set", "Invalid label", "base_score", "contains `inf`", "preds.size()",
    "only contains pos or neg", "should be greater equal to", "must be nonnegative", "must be positive",
    "in the range of [0, num_class)",
)  # fmt: skip
_SOURCE_LINE = re.compile(r"^\[[\d:]+\] \S+:\d+: ")


@dataclass(frozen=True)
class Settings:
    """One job's hyperparameters: `values` has all, `parameters` XGBoost's own, `added` the metrics computed here."""

    values: Mapping[str, Any]
    parameters: Mapping[str, Any]
    added: list[str]

    @classmethod
    def read(cls, opt_ml: Path) -> Settings:
        """Read and validate `hyperparameters.json`; threads are OMP_NUM_THREADS or all cores unless `nthread` is set.

        :raises ClientError: a hyperparameter is missing, unknown or wrong.
        """
        path = opt_ml / "input" / "config" / "hyperparameters.json"
        values = validated(json.loads(path.read_text(encoding="utf-8")))
        native, added = split_metrics([*values.get("eval_metric", []), *_objective_metric(values)])
        parameters = {name: value for name, value in values.items() if name not in _OWN}
        parameters.setdefault("nthread", int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1))
        if native:
            parameters["eval_metric"] = native
        return cls(values, parameters, added)

    @property
    def stopping_metric(self) -> str | None:
        """The metric early stopping watches: the tuning objective, else the last of `eval_metric`, else any."""
        watched = [*self.values.get("eval_metric", [])[-1:], *_objective_metric(self.values)]
        return watched[-1] if watched else None


@dataclass(frozen=True)
class Fitted:
    """A booster, the number of its last round, and its metrics there as data name -> metric name -> value."""

    booster: Any
    last_round: int
    metrics: dict[str, dict[str, float]]


def fit(settings: Settings, train: Examples, validation: Examples | None, stop: StopWhenAsked) -> Fitted:
    """Train one booster; with early stopping it ends at its best round, otherwise at the last.

    :raises ClientError: XGBoost refuses the data or the settings.
    :raises AlgorithmError: XGBoost fails for another reason.
    """
    history: dict[str, dict[str, list[float]]] = {}
    objective = settings.values["objective"]
    try:
        data = as_matrix(train, settings)
        watched = [(data, "train")]
        if validation is not None:
            watched.append((as_matrix(validation, settings), "validation"))
        booster = xgboost.train(
            dict(settings.parameters),
            data,
            num_boost_round=settings.values["num_round"],
            evals=watched,
            custom_metric=added_metrics(settings.added, objective) if settings.added else None,
            evals_result=history,
            callbacks=[LogRounds(), stop, *_early_stopping(settings, validation is not None)],
            verbose_eval=False,
        )
    except (ValueError, xgboost.core.XGBoostError) as error:
        raise _translated(error) from error
    return _at_its_best(booster, history)


def as_matrix(examples: Examples, settings: Settings) -> Any:
    """Return the examples as XGBoost's DMatrix; NaN and, in sparse data, absent entries are missing values."""
    return xgboost.DMatrix(
        examples.features, label=examples.labels, weight=examples.weights, nthread=settings.parameters["nthread"]
    )


def _objective_metric(values: Mapping[str, Any]) -> list[str]:
    name = values.get("_tuning_objective_metric")
    return [name.partition(":")[2]] if name else []


def _early_stopping(settings: Settings, has_validation: bool) -> list[EarlyStopping]:
    rounds = settings.values.get("early_stopping_rounds")
    if rounds is None:
        return []
    metric = settings.stopping_metric
    return [
        EarlyStopping(
            rounds=rounds,
            metric_name=metric,
            data_name="validation" if has_validation else "train",
            maximize=base_name(metric) in MAXIMIZED if metric else None,
        )
    ]


def _at_its_best(booster: Any, history: dict[str, dict[str, list[float]]]) -> Fitted:
    last = booster.num_boosted_rounds() - 1
    if booster.attr("best_iteration") is not None:
        best = booster.best_iteration
        # Trees after the best round go; a linear booster has one set of weights and cannot be cut back.
        booster, last = (booster[: best + 1], best) if best < last and _has_trees(booster) else (booster, last)
    metrics = {data: {name: values[last] for name, values in scores.items()} for data, scores in history.items()}
    return Fitted(booster, last, metrics)


def _has_trees(booster: Any) -> bool:
    return bool(json.loads(booster.save_config())["learner"]["gradient_booster"]["name"] != "gblinear")


def _translated(error: Exception) -> Exception:
    # XGBoost puts its source line before the message and a stack trace behind it; neither helps the reader.
    message = _SOURCE_LINE.sub("", str(error).partition("\nStack trace")[0].strip())
    if any(part in message for part in _CUSTOMER_ERRORS):
        return ClientError(message)
    return AlgorithmError(f"XGB train call failed with exception:\n {message}")
