"""The models of an ensemble, unfitted; names are those of AutoMLAlgorithms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import xgboost
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge

from include.local_aws.runtimes.autogluon.hyperparameters import EXTRA_TREES, FOREST, LINEAR, XGBOOST
from include.local_aws.runtimes.estimators.task import Task

Settings = Mapping[str, Any]


def member(name: str, settings: Settings, task: Task) -> Any:
    """Return an unfitted scikit-learn estimator; the same settings and rows give the same model."""
    return _MAKERS[name](settings, task)


def _boosted(settings: Settings, task: Task) -> Any:
    kind = xgboost.XGBClassifier if task.classes else xgboost.XGBRegressor
    return kind(
        n_estimators=settings["num_round"],
        max_depth=settings["max_depth"],
        learning_rate=settings["eta"],
        subsample=0.8,
        colsample_bytree=0.8,
        tree_method="hist",
        max_bin=64,
        n_jobs=1,
        random_state=0,
    )


def _forest(classifier: type[Any], regressor: type[Any]) -> Callable[[Settings, Task], Any]:
    def make(settings: Settings, task: Task) -> Any:
        kind = classifier if task.classes else regressor
        # A third of the features at each split suits a regression better than all of them.
        shown = "sqrt" if task.classes else 1 / 3
        least = settings["min_samples_leaf"]
        return kind(settings["trees"], min_samples_leaf=least, max_features=shown, n_jobs=1, random_state=0)

    return make


def _linear(_settings: Settings, task: Task) -> Any:
    return LogisticRegression(max_iter=1000, random_state=0) if task.classes else Ridge()


_MAKERS: dict[str, Callable[[Settings, Task], Any]] = {
    XGBOOST: _boosted,
    FOREST: _forest(RandomForestClassifier, RandomForestRegressor),
    EXTRA_TREES: _forest(ExtraTreesClassifier, ExtraTreesRegressor),
    LINEAR: _linear,
}
