"""SageMaker's XGBoost hyperparameters: strings in, checked values out.

Names and ranges are those of AWS's sagemaker-xgboost container (documented under "XGBoost hyperparameters"); messages
follow its wording. Parameters XGBoost itself no longer has are refused rather than ignored.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.hyperparameters import Hyperparameter, Value, choice, integer, number
from include.local_aws.runtimes.xgboost.metrics import (
    CLASSIFICATION_METRICS,
    METRIC_NAMES,
    OBJECTIVE_METRICS,
    base_name,
)


class _EvaluationMetrics:
    """Every metric name, and `error@t`, `ndcg@n`, `map@n` with a number."""

    def __contains__(self, metric: object) -> bool:
        name, at, threshold = str(metric).partition("@")
        if not at:
            return name in METRIC_NAMES
        return name in ("error", "ndcg", "map") and threshold.replace(".", "", 1).isdigit()

    def __str__(self) -> str:
        return f"{list(METRIC_NAMES)} or error@t, ndcg@n, map@n"


def _words(text: str) -> list[str]:
    words = [item.strip() for item in text.split(",")]
    if not all(words):
        raise ValueError("an empty item")
    return words


def _literal(text: str) -> str:
    ast.literal_eval(text)  # XGBoost takes the text itself; this finds the typing errors
    return text


_REMOVED = ("deterministic_histogram", "dsplit", "lambda_bias", "predictor", "sketch_eps")
_FRACTION = number(0, 1, low_open=True)
_OBJECTIVES = (
    "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma",
    "reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox",
)  # fmt: skip

HYPERPARAMETERS: Mapping[str, Hyperparameter] = {
    "num_round": integer(1),
    "csv_weights": integer(0, 1),
    "early_stopping_rounds": integer(1),
    "booster": choice("gbtree", "gblinear", "dart"),
    "verbosity": integer(0, 3),
    "nthread": integer(1),
    "eta": number(0, 1),
    "gamma": number(0),
    "max_depth": integer(0),
    "min_child_weight": number(0),
    "max_delta_step": number(0),
    "subsample": _FRACTION,
    "sampling_method": choice("uniform", "gradient_based"),
    "colsample_bytree": _FRACTION,
    "colsample_bylevel": _FRACTION,
    "colsample_bynode": _FRACTION,
    "lambda": number(0),
    "alpha": number(0),
    "tree_method": choice("auto", "exact", "approx", "hist"),
    "scale_pos_weight": number(0, low_open=True),
    "grow_policy": choice("depthwise", "lossguide"),
    "max_leaves": integer(0),
    "max_bin": integer(2),
    "monotone_constraints": Hyperparameter(_literal),
    "interaction_constraints": Hyperparameter(_literal),
    "sample_type": choice("uniform", "weighted"),
    "normalize_type": choice("tree", "forest"),
    "rate_drop": number(0, 1),
    "one_drop": integer(0, 1),
    "skip_drop": number(0, 1),
    "tweedie_variance_power": number(1, 2, low_open=True, high_open=True),
    "huber_slope": number(0, low_open=True),
    "objective": choice(*_OBJECTIVES),
    "num_class": integer(2),
    "base_score": number(),
    "_kfold": integer(2),
    "_num_cv_round": integer(1),
    "_tuning_objective_metric": choice(*OBJECTIVE_METRICS),
    "eval_metric": Hyperparameter(_words, _EvaluationMetrics()),
    "seed": integer(-(2**31) + 1, 2**31 - 2),
    "num_parallel_tree": integer(1),
    "save_model_on_termination": choice("true", "false"),
    "aft_loss_distribution": choice("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": number(0, low_open=True),
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
