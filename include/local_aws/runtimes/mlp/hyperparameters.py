"""The perceptron's hyperparameters.

AWS documents none. `num_categorical_features`, `_tuning_objective_metric` and the metrics' names stand in candidates of
Autopilot; the others are named as in AutoGluon's tabular network. Defaults are this implementation's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.estimators.scores import NAMES, metric_names
from include.local_aws.runtimes.estimators.task import BINARY, MULTICLASS, REGRESSOR
from include.local_aws.runtimes.hyperparameters import Hyperparameter, choice, integer, number, read_all

PROBLEMS = {
    "regression": REGRESSOR,
    "binary_classification": BINARY,
    "multiclass_classification": MULTICLASS,
}
_OBJECTIVES = tuple(f"{data}:{name}" for data in ("train", "validation", "test") for name in metric_names())


def _layers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


class _Widths:
    def __contains__(self, width: object) -> bool:
        return isinstance(width, int) and 1 <= width <= 4096

    def __str__(self) -> str:
        return "[1, 4096]"


HONOURED: Mapping[str, Hyperparameter] = {
    "ml_application": choice("mlp"),
    "problem_type": choice(*PROBLEMS),
    "num_classes": integer(3, 1_000_000),
    # The first so many columns are codes of categories, the others numbers.
    "num_categorical_features": integer(0),
    "layers": Hyperparameter(_layers, _Widths()),
    "activation": choice("relu", "tanh"),
    "epochs": integer(1, 10_000),
    "learning_rate": number(0, low_open=True),
    "weight_decay": number(0),
    "mini_batch_size": integer(1),
    "f_beta": number(0, low_open=True),
    "_tuning_objective_metric": choice(*_OBJECTIVES),
    "_kfold": integer(2),
    "_num_cv_round": integer(1),
}
# Categories are one-hot encoded instead of embedded, and the network has neither dropout nor batch normalization.
WITHOUT_EFFECT: Mapping[str, Hyperparameter] = {
    "dropout_prob": number(0, 1, high_open=True),
    "embedding_size_factor": number(0, low_open=True),
    "network_type": choice("feedforward", "widedeep"),
    "use_batchnorm": choice("true", "false"),
}
HYPERPARAMETERS: Mapping[str, Hyperparameter] = {**HONOURED, **WITHOUT_EFFECT}


def validated(raw: Mapping[str, str]) -> dict[str, Any]:
    """Return the hyperparameters as values.

    :raises ClientError: missing, unknown, unreadable, out of range, or not fitting together; names the hyperparameter.
    """
    if "problem_type" not in raw:
        raise ClientError("Missing required hyperparameter: problem_type")
    values = read_all(raw, HYPERPARAMETERS)
    predictor = PROBLEMS[values["problem_type"]]
    if (predictor == MULTICLASS) != ("num_classes" in values):
        raise ClientError(
            "num_classes is needed for multiclass_classification and for nothing else; "
            f"problem_type is {values['problem_type']}"
        )
    metric = values.get("_tuning_objective_metric", "").partition(":")[2]
    if metric and metric not in NAMES[predictor]:
        raise ClientError(
            f"_tuning_objective_metric: {values['problem_type']} has no metric {metric}: {', '.join(NAMES[predictor])}"
        )
    return values
