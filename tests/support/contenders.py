"""Truly different models with their answers for the same rows of a real table."""

from __future__ import annotations

from functools import cache

from sklearn.datasets import load_diabetes
from sklearn.linear_model import RidgeCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor

from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.contender import Contender
from include.autopilot.settings.gate import GateConfig

RMSE = Objective("RMSE", "Minimize")
GATE = GateConfig(resamples=2000)


def contender(model, actual, predicted, probabilities=None):
    keys = tuple(f"row {number}" for number in range(len(actual)))
    return Contender(model, "d1ge5t", keys, tuple(map(float, actual)), tuple(map(float, predicted)), probabilities)


@cache
def regressors() -> dict[str, Contender]:
    """Three kinds of model, fitted on half of a real table, with their answers for the other half."""
    features, target = load_diabetes(return_X_y=True)
    models = {
        "ridge": RidgeCV(),
        "neighbours": KNeighborsRegressor(5),
        "deep tree": DecisionTreeRegressor(random_state=0),
    }
    return {
        name: contender(name, target[::2], model.fit(features[1::2], target[1::2]).predict(features[::2]))
        for name, model in models.items()
    }
