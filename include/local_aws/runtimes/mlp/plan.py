"""From the perceptron's hyperparameters to the fits they ask for."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from include.local_aws.runtimes.channels import Examples
from include.local_aws.runtimes.estimators.task import BINARY, MULTICLASS, REGRESSOR, Task
from include.local_aws.runtimes.estimators.training import Plan
from include.local_aws.runtimes.mlp.hyperparameters import PROBLEMS, WITHOUT_EFFECT, validated

NAME = "mlp"


def plan_of(raw: Mapping[str, str]) -> Plan:
    """Read `hyperparameters.json`.

    :raises ClientError: one is missing, unknown or wrong.
    """
    values = validated(raw)
    predictor = PROBLEMS[values["problem_type"]]
    classes = {REGRESSOR: 0, BINARY: 2, MULTICLASS: values.get("num_classes", 0)}[predictor]
    task = Task(predictor, classes, values.get("f_beta", 1.0))
    idle = sorted(set(values) & set(WITHOUT_EFFECT))
    return Plan(
        algorithm=NAME,
        task=task,
        fit=lambda examples: _fit(examples, values, task),
        dense=True,
        kfold=values.get("_kfold"),
        repeats=values.get("_num_cv_round", 1),
        objective=values.get("_tuning_objective_metric"),
        notes=(f"Without effect in this implementation: {', '.join(idle)}",) if idle else (),
    )


def _fit(examples: Examples, values: Mapping[str, Any], task: Task) -> Any:
    categorical = values.get("num_categorical_features", 0)
    if categorical > examples.columns:
        raise ValueError(f"num_categorical_features is {categorical}, the rows have {examples.columns} features")
    estimator = _pipeline(values, task, categorical, examples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # `epochs` says when to stop
        estimator.fit(examples.features, examples.labels)
    return estimator


def _pipeline(values: Mapping[str, Any], task: Task, categorical: int, examples: Examples) -> Any:
    codes, numbers = list(range(categorical)), list(range(categorical, examples.columns))
    inputs = ColumnTransformer(
        [
            ("codes", OneHotEncoder(handle_unknown="ignore", sparse_output=False), codes),
            ("numbers", StandardScaler(), numbers),
        ],
        sparse_threshold=0.0,
    )
    network = (MLPClassifier if task.classes else MLPRegressor)(
        hidden_layer_sizes=tuple(values.get("layers", [100])),
        activation=values.get("activation", "relu"),
        max_iter=values.get("epochs", 100),
        learning_rate_init=values.get("learning_rate", 1e-3),
        alpha=values.get("weight_decay", 1e-4),
        batch_size=min(values.get("mini_batch_size", 128), examples.rows),
        random_state=0,
    )
    pipeline = Pipeline([("inputs", inputs), ("network", network)])
    # A target far from 0 and 1 would keep the network busy with its scale.
    return pipeline if task.classes else TransformedTargetRegressor(pipeline, transformer=StandardScaler())
