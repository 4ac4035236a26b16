"""Linear learner's hyperparameters: names, ranges and defaults as AWS documents them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.estimators.scores import NAMES, metric_names
from include.local_aws.runtimes.estimators.task import BINARY, MULTICLASS, REGRESSOR
from include.local_aws.runtimes.estimators.threshold import CRITERIA
from include.local_aws.runtimes.hyperparameters import Hyperparameter, choice, integer, number, read_all

# The losses that are minimized here, by predictor; `auto` is the only one of each.
LOSSES = {REGRESSOR: "squared_loss", BINARY: "logistic", MULTICLASS: "softmax_loss"}
_OTHER_LOSSES = (
    "hinge_loss", "eps_insensitive_squared_loss", "eps_insensitive_absolute_loss", "absolute_loss", "quantile_loss",
    "huber_loss",
)  # fmt: skip
_SWITCH = choice("true", "false")
_AUTO_SWITCH = choice("true", "false", "auto")
_OBJECTIVES = tuple(f"{data}:{name}" for data in ("train", "validation", "test") for name in metric_names())

HONOURED: Mapping[str, Hyperparameter] = {
    "predictor_type": choice(REGRESSOR, BINARY, MULTICLASS),
    "feature_dim": integer(1, 1_000_000, "auto"),
    "num_classes": integer(3, 1_000_000),
    "loss": choice("auto", *LOSSES.values(), *_OTHER_LOSSES),
    "wd": number(0, None, "auto"),
    "l1": number(0, None, "auto"),
    "use_bias": _SWITCH,
    "normalize_data": _AUTO_SWITCH,
    "positive_example_weight_mult": number(0, None, "balanced", low_open=True),
    "balance_multiclass_weights": _SWITCH,
    "binary_classifier_model_selection_criteria": choice(*CRITERIA),
    "target_recall": number(0, 1, low_open=True, high_open=True),
    "target_precision": number(0, 1, low_open=True, high_open=True),
    "f_beta": number(0, low_open=True),
    "accuracy_top_k": integer(1),
    "ml_application": choice("linear_learner"),
    "_tuning_objective_metric": choice(*_OBJECTIVES),
    "_kfold": integer(2),
    "_num_cv_round": integer(1),
}
# They steer the descent to a solution that is computed here, or belong to losses that are not done.
WITHOUT_EFFECT: Mapping[str, Hyperparameter] = {
    "epochs": integer(1),
    "mini_batch_size": integer(1, None, "auto"),
    "learning_rate": number(0, None, "auto", low_open=True),
    "optimizer": choice("auto", "sgd", "adam", "rmsprop"),
    "momentum": number(0, 1, "auto", high_open=True),
    "beta_1": number(0, 1, "auto"),
    "beta_2": number(0, 1, "auto"),
    "bias_lr_mult": number(0, None, "auto", low_open=True),
    "bias_wd_mult": number(0, None, "auto"),
    "use_lr_scheduler": _SWITCH,
    "lr_scheduler_step": integer(1, None, "auto"),
    "lr_scheduler_factor": number(0, 1, "auto"),
    "lr_scheduler_minimum_lr": number(0, None, "auto", low_open=True),
    "init_method": choice("uniform", "normal"),
    "init_scale": number(),
    "init_sigma": number(),
    "init_bias": number(),
    "num_models": integer(1, None, "auto"),
    "num_calibration_samples": integer(1),
    "num_point_for_scaler": integer(1),
    "early_stopping_patience": integer(1),
    "early_stopping_tolerance": number(0, low_open=True),
    "normalize_label": _AUTO_SWITCH,
    "unbias_data": _AUTO_SWITCH,
    "unbias_label": _AUTO_SWITCH,
    "margin": number(0),
    "huber_delta": number(0),
    "quantile": number(0, 1, low_open=True, high_open=True),
    "loss_insensitivity": number(0, low_open=True),
}
HYPERPARAMETERS: Mapping[str, Hyperparameter] = {**HONOURED, **WITHOUT_EFFECT}


def validated(raw: Mapping[str, str]) -> dict[str, Any]:
    """Return the hyperparameters as values.

    :raises ClientError: missing, unknown, unreadable, out of range, or not fitting together; names the hyperparameter.
    """
    if "predictor_type" not in raw:
        raise ClientError("Missing required hyperparameter: predictor_type")
    values = read_all(raw, HYPERPARAMETERS)
    predictor = values["predictor_type"]
    if (predictor == MULTICLASS) != ("num_classes" in values):
        raise ClientError(f"num_classes is needed for {MULTICLASS} and for nothing else; predictor_type is {predictor}")
    loss = values.get("loss", "auto")
    if loss not in ("auto", LOSSES[predictor]):
        done = LOSSES[predictor]
        raise ClientError(f"Hyperparameter loss: {loss} is not done here; a {predictor} minimizes {done} (or auto)")
    metric = values.get("_tuning_objective_metric", "").partition(":")[2]
    if metric and metric not in NAMES[predictor]:
        known = ", ".join(NAMES[predictor])
        raise ClientError(f"_tuning_objective_metric: a {predictor} has no metric {metric}: there are {known}")
    return values
