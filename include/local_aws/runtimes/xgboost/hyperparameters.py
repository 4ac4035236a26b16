"""SageMaker's XGBoost hyperparameters: strings in, checked values out.

Names and ranges are those of AWS's sagemaker-xgboost container (documented under "XGBoost hyperparameters"); messages
follow its wording. Parameters XGBoost itself no longer has are refused rather than ignored.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.xgboost.metrics import (
    CLASSIFICATION_METRICS,
    METRIC_NAMES,
    OBJECTIVE_METRICS,
    base_name,
)

Value = Any


@dataclass(frozen=True)
class Interval:
    """A range of numbers; a bound that is None is no bound."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float) or value != value:  # NaN lies in no range
            return False
        if self.low is not None and (value <= self.low if self.low_open else value < self.low):
            return False
        return self.high is None or not (value >= self.high if self.high_open else value > self.high)

    def __str__(self) -> str:
        left = "(-inf" if self.low is None else f"{'(' if self.low_open else '['}{self.low:g}"
        right = "+inf)" if self.high is None else f"{self.high:g}{')' if self.high_open else ']'}"
        return f"{left}, {right}"


@dataclass(frozen=True)
class Hyperparameter:
    """How one hyperparameter is read (`parse` raises ValueError) and which values it takes."""

    parse: Callable[[str], Value]
    allowed: Container[Any] | None = None

    def read(self, name: str, text: str) -> Value:
        """Return the value `text` stands for.

        :raises ClientError: unreadable or out of range; names the hyperparameter.
        """
        try:
            value = self.parse(text)
        except (ValueError, SyntaxError) as error:
            raise ClientError(f"Hyperparameter {name}: could not parse value {text!r}") from error
        outside = [item for item in (value if isinstance(value, list) else [value]) if not self._takes(item)]
        if outside:
            allowed = list(self.allowed) if isinstance(self.allowed, tuple) else self.allowed
            raise ClientError(f"Hyperparameter {name}: {outside[0]} is not in {allowed}")
        return value

    def _takes(self, value: Value) -> bool:
        return self.allowed is None or value in self.allowed


class _EvaluationMetrics:
    """Every metric name, and `error@t`, `ndcg@n`, `map@n` with a number."""

    def __contains__(self, metric: object) -> bool:
        name, at, threshold = str(metric).partition("@")
        if not at:
            return name in METRIC_NAMES
        return name in ("error", "ndcg", "map") and threshold.replace(".", "", 1).isdigit()

    def __str__(self) -> str:
        return f"{list(METRIC_NAMES)} or error@t, ndcg@n, map@n"


def _integer(low: int | None = None, high: int | None = None) -> Hyperparameter:
    return Hyperparameter(int, Interval(low, high))


def _number(
    low: float | None = None, high: float | None = None, low_open: bool = False, high_open: bool = False
) -> Hyperparameter:
    return Hyperparameter(float, Interval(low, high, low_open, high_open))


def _choice(*values: str) -> Hyperparameter:
    return Hyperparameter(str, values)


def _words(text: str) -> list[str]:
    words = [item.strip() for item in text.split(",")]
    if not all(words):
        raise ValueError("an empty item")
    return words


def _literal(text: str) -> str:
    ast.literal_eval(text)  # XGBoost takes the text itself; this finds the typing errors
    return text


_REMOVED = ("deterministic_histogram", "dsplit", "lambda_bias", "predictor", "sketch_eps")
_FRACTION = _number(0, 1, low_open=True)
_OBJECTIVES = (
    "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma",
    "reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox",
)  # fmt: skip

HYPERPARAMETERS: Mapping[str, Hyperparameter] = {
    "num_round": _integer(1),
    "csv_weights": _integer(0, 1),
    "early_stopping_rounds": _integer(1),
    "booster": _choice("gbtree", "gblinear", "dart"),
    "verbosity": _integer(0, 3),
    "nthread": _integer(1),
    "eta": _number(0, 1),
    "gamma": _number(0),
    "max_depth": _integer(0),
    "min_child_weight": _number(0),
    "max_delta_step": _number(0),
    "subsample": _FRACTION,
    "sampling_method": _choice("uniform", "gradient_based"),
    "colsample_bytree": _FRACTION,
    "colsample_bylevel": _FRACTION,
    "colsample_bynode": _FRACTION,
    "lambda": _number(0),
    "alpha": _number(0),
    "tree_method": _choice("auto", "exact", "approx", "hist"),
    "scale_pos_weight": _number(0, low_open=True),
    "grow_policy": _choice("depthwise", "lossguide"),
    "max_leaves": _integer(0),
    "max_bin": _integer(2),
    "monotone_constraints": Hyperparameter(_literal),
    "interaction_constraints": Hyperparameter(_literal),
    "sample_type": _choice("uniform", "weighted"),
    "normalize_type": _choice("tree", "forest"),
    "rate_drop": _number(0, 1),
    "one_drop": _integer(0, 1),
    "skip_drop": _number(0, 1),
    "tweedie_variance_power": _number(1, 2, low_open=True, high_open=True),
    "huber_slope": _number(0, low_open=True),
    "objective": _choice(*_OBJECTIVES),
    "num_class": _integer(2),
    "base_score": _number(),
    "_kfold": _integer(2),
    "_num_cv_round": _integer(1),
    "_tuning_objective_metric": _choice(*OBJECTIVE_METRICS),
    "eval_metric": Hyperparameter(_words, _EvaluationMetrics()),
    "seed": _integer(-(2**31) + 1, 2**31 - 2),
    "num_parallel_tree": _integer(1),
    "save_model_on_termination": _choice("true", "false"),
    "aft_loss_distribution": _choice("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": _number(0, low_open=True),
}


def validated(raw: Mapping[str, str]) -> dict[str, Value]:
    """Return the hyperparameters as values XGBoost and the training code understand.

    :param raw: `hyperparameters.json`: every value a string.
    :raises ClientError: missing, unknown, unreadable, out of range, or not fitting together; names the hyperparameter.
    """
    if "num_round" not in raw:
        raise ClientError("Missing required hyperparameter: num_round")
    values: dict[str, Value] = {}
    for name, text in raw.items():
        if name in _REMOVED:
            raise ClientError(f"Hyperparameter {name}: this version of XGBoost no longer has it; leave it out")
        if name not in HYPERPARAMETERS:
            raise ClientError(f"Extraneous hyperparameter found: {name}")
        values[name] = HYPERPARAMETERS[name].read(name, str(text))
    if values.get("objective", "reg:linear") == "reg:linear":
        values["objective"] = "reg:squarederror"  # the same objective under the name XGBoost kept
    _check_objective(values)
    _check_metrics(values)
    _check_constraints(values)
    return values


def is_classification(objective: str) -> bool:
    """Say whether the objective predicts classes."""
    return objective.startswith(("binary:", "multi:"))


def _check_objective(values: Mapping[str, Value]) -> None:
    several = values["objective"].startswith("multi:")
    if several and "num_class" not in values:
        raise ClientError("Require input for parameter 'num_class' for multi-classification")
    if not several and "num_class" in values:
        raise ClientError(
            "Do not need to setup parameter 'num_class' for learning task other than multi-classification."
        )


def _check_metrics(values: Mapping[str, Value]) -> None:
    objective = values["objective"]
    asked = [base_name(name) for name in values.get("eval_metric", [])]
    asked += [name.partition(":")[2] for name in [values.get("_tuning_objective_metric")] if name]
    if "auc" in asked and not (is_classification(objective) or objective.startswith("rank:")):
        raise ClientError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in asked and objective != "survival:aft":
        raise ClientError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    wrong = [name for name in asked if name in CLASSIFICATION_METRICS]
    if wrong and not is_classification(objective):
        raise ClientError(
            f"Metric '{wrong[0]}' can only be applied for classification, the objective is '{objective}'."
        )


def _check_constraints(values: Mapping[str, Value]) -> None:
    for name, methods in (
        ("monotone_constraints", ("exact", "hist")),
        ("interaction_constraints", ("exact", "hist", "approx")),
    ):
        if name in values and values.get("tree_method") not in methods:
            raise ClientError(
                f"{name} can be used only when the tree_method parameter is set to {' or '.join(methods)}."
            )
