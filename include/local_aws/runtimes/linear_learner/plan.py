"""From linear learner's hyperparameters to the fits they ask for.

Minimized is `mean loss over rows + wd / 2 * |weights|^2 + l1 * |weights|`, in which the loss is half the squared error,
or minus the logarithm of the true class's probability; features are standardized first unless `normalize_data` is
`false`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from include.local_aws.runtimes.channels import Examples
from include.local_aws.runtimes.estimators.task import BINARY, MULTICLASS, REGRESSOR, Task
from include.local_aws.runtimes.estimators.threshold import Criterion
from include.local_aws.runtimes.estimators.training import Plan
from include.local_aws.runtimes.linear_learner.hyperparameters import WITHOUT_EFFECT, validated

NAME = "linear-learner"
# `auto`: so little that it only settles what the data leave open.
_AUTO_WD = 1e-4
# No regularization at all leaves the solution open where features repeat each other.
_LEAST = 1e-9
_ITERATIONS = 1000


def plan_of(raw: Mapping[str, str]) -> Plan:
    """Read `hyperparameters.json`.

    :raises ClientError: one is missing, unknown or wrong.
    """
    values = validated(raw)
    predictor = values["predictor_type"]
    classes = {REGRESSOR: 0, BINARY: 2, MULTICLASS: values.get("num_classes", 0)}[predictor]
    task = Task(predictor, classes, values.get("f_beta", 1.0), values.get("accuracy_top_k", 3))
    idle = sorted(set(values) & set(WITHOUT_EFFECT))
    columns = values.get("feature_dim", "auto")
    return Plan(
        algorithm=NAME,
        task=task,
        fit=lambda examples: _fit(examples, values, task),
        criterion=_criterion(values, task),
        kfold=values.get("_kfold"),
        repeats=values.get("_num_cv_round", 1),
        columns=None if columns == "auto" else columns,
        objective=values.get("_tuning_objective_metric"),
        notes=(f"Without effect in this implementation: {', '.join(idle)}",) if idle else (),
    )


def _criterion(values: Mapping[str, Any], task: Task) -> Criterion:
    name = values.get("binary_classifier_model_selection_criteria", "accuracy")
    targets = {"precision_at_target_recall": "target_recall", "recall_at_target_precision": "target_precision"}
    return Criterion(name, task.f_beta, values.get(targets.get(name, ""), 0.8))


def _fit(examples: Examples, values: Mapping[str, Any], task: Task) -> Pipeline:
    steps: list[tuple[str, Any]] = [("linear", _linear(values, task, examples.rows))]
    if values.get("normalize_data", "true") != "false":
        # Sparse features keep their zeros; centring would fill them.
        steps.insert(0, ("scale", StandardScaler(with_mean=not sparse.issparse(examples.features))))
    pipeline = Pipeline(steps)
    weights = _weights(examples.labels, values, task)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a nearly finished solution is one, too
        pipeline.fit(examples.features, examples.labels, linear__sample_weight=weights)
    return pipeline


def _linear(values: Mapping[str, Any], task: Task, rows: int) -> Any:
    wd, l1 = (0.0 if values.get(name, "auto") == "auto" else values[name] for name in ("wd", "l1"))
    if values.get("wd", "auto") == "auto":
        wd = _AUTO_WD
    strength = max(wd + l1, _LEAST)
    bias = values.get("use_bias", "true") == "true"
    if task.classes:
        # LogisticRegression weighs the sum of the losses by C against the penalty.
        return LogisticRegression(
            C=1 / (strength * rows),
            l1_ratio=l1 / strength,
            solver="saga" if l1 else "lbfgs",
            fit_intercept=bias,
            max_iter=_ITERATIONS,
            random_state=0,
        )
    if not l1:
        return Ridge(alpha=strength * rows, fit_intercept=bias)
    return ElasticNet(alpha=strength, l1_ratio=l1 / strength, fit_intercept=bias, max_iter=_ITERATIONS, random_state=0)


def _weights(labels: NDArray[Any], values: Mapping[str, Any], task: Task) -> NDArray[np.float64] | None:
    """Return a weight per row where classes are to be balanced, with a mean of one."""
    if task.predictor == BINARY:
        given = values.get("positive_example_weight_mult", 1.0)
        positives = max(int(labels.sum()), 1)
        weight = (len(labels) - positives) / positives if given == "balanced" else given
        weights = np.where(labels == 1, weight, 1.0)
    elif task.predictor == MULTICLASS and values.get("balance_multiclass_weights") == "true":
        counts = np.bincount(labels.astype(int), minlength=task.classes)
        weights = 1.0 / counts[labels.astype(int)]
    else:
        return None
    mean_one: NDArray[np.float64] = weights / weights.mean()
    return mean_one
