"""BACE as numbers, the models that are fitted on it, and pairs of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.gate_side.pairs import Pair, Values, out_of_fold, regression_pairs
from include.bace.source import VARIABLE, load

_NO_FEATURE = ("mol", "CID", "Class", "Model", "canvasUID", "pIC50")
_FOLDS = 5


@dataclass(frozen=True)
class Table:
    """Rows: features and pIC50."""

    features: Values
    target: Values


def read_frame(path: str) -> pd.DataFrame:
    """Read the user's copy of bace.csv."""
    return load({VARIABLE: path}, Path()).frame


def table_of(frame: pd.DataFrame) -> Table:
    """Return the numbers of some rows."""
    features = np.asarray(frame.drop(columns=[name for name in _NO_FEATURE if name in frame]), dtype=float)
    return Table(features, np.asarray(frame["pIC50"], dtype=float))


def bace_pairs(path: str) -> Iterator[Pair]:
    """Yield pairs on the rows of Train and Test: what a retraining compares, and two algorithms."""
    frame = read_frame(path)
    table = table_of(frame[frame["Model"].isin(["Train", "Test"])])
    less, more = (_out_of_fold(table, partial(_boosted, share, seed)) for share, seed in ((0.8, 0), (1.0, 1)))
    forest = _out_of_fold(table, _forest)
    yield from regression_pairs("BACE", "XGBoost on 80 % and 100 % of the rows", table.target, less, more)
    yield from regression_pairs("BACE", "forest and XGBoost", table.target, forest, more)


def fit_boosters(known: Table, asked: Values, seed: int) -> Values:
    """Return XGBoost's answers, with the settings that a search on this table ends near."""
    from xgboost import XGBRegressor

    varies = known.features.std(axis=0) > 0
    model = XGBRegressor(
        n_estimators=200,
        learning_rate=0.07,
        max_depth=5,
        min_child_weight=3,
        subsample=0.8,
        colsample_bytree=0.5,
        random_state=seed,
        n_jobs=1,
    )
    model.fit(known.features[:, varies], known.target)
    return np.asarray(model.predict(asked[:, varies]), dtype=float)


def _boosted(share: float, seed: int, known: Table, asked: Values) -> Values:
    rows = round(share * len(known.target))
    return fit_boosters(Table(known.features[:rows], known.target[:rows]), asked, seed)


def _forest(known: Table, asked: Values) -> Values:
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(30, max_features=0.3, random_state=0)
    # One descriptor reaches 1e17: scikit-learn's trees work in single precision, which holds it.
    forest.fit(known.features.astype(np.float32), known.target)
    return np.asarray(forest.predict(asked.astype(np.float32)), dtype=float)


def _out_of_fold(table: Table, answer: Callable[[Table, Values], Values]) -> Values:
    def fit(learn: NDArray[np.intp], asked: NDArray[np.intp]) -> Values:
        return answer(Table(table.features[learn], table.target[learn]), table.features[asked])

    return out_of_fold(len(table.target), fit, seed=0, folds=_FOLDS)
