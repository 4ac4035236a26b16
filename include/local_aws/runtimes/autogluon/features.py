"""Columns to one matrix of numbers that every member of the ensemble is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, RobustScaler, StandardScaler

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.autogluon.layout import Layout
from include.local_aws.runtimes.features import Amounts, Booleans, Categories, CategoryCounts, Dates, Texts

_FAR = 10.0


def transformer(layout: Layout) -> ColumnTransformer:
    """Return the unfitted transformer. A branch named numeric... gets numbers, any other texts.

    :raises ClientError: no column can be used.
    """
    branches: list[tuple[str, Any, Any]] = []
    if numeric := layout.of_kind("numeric"):
        missing = MissingIndicator(features="missing-only", error_on_new=False)
        branches += [("numeric", _numbers(), numeric), ("numeric_missing", missing, numeric)]
    names = layout.header.feature_names
    for kind, steps in _READ.items():
        if places := layout.of_kind(kind):
            branches.append((kind, steps([names[place] for place in places]), places))
    if many := layout.of_many_categories():
        branches.append(("many", CategoryCounts([names[place] for place in many]), many))
    branches += [(f"letters_{place}", Texts([names[place]], letters=True), [place]) for place in many]
    branches += [(f"text_{place}", Texts([names[place]]), [place]) for place in layout.of_kind("text")]
    if not branches:
        raise ClientError("no column of the training data can be used as a feature")
    return ColumnTransformer(branches, sparse_threshold=0.0)


def _numbers() -> Pipeline:
    return Pipeline([("fill", _filled()), *_spread()])


def _dates(names: list[str]) -> Pipeline:
    hold = FunctionTransformer(np.clip, kw_args={"a_min": -_FAR, "a_max": _FAR})
    return Pipeline([("read", Dates(names)), ("fill", _filled(marked=True)), ("scale", RobustScaler()), ("hold", hold)])


def _booleans(names: list[str]) -> Pipeline:
    return Pipeline([("read", Booleans(names)), ("fill", _filled(marked=True))])


def _amounts(names: list[str]) -> Pipeline:
    return Pipeline([("read", Amounts(names)), ("fill", _filled(marked=True)), *_spread()])


def _categories(names: list[str]) -> Pipeline:
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.005, max_categories=50)
    return Pipeline([("read", Categories(names)), ("one_hot", one_hot)])


# What is read by transformers of its own: kind -> the branch for columns of these names.
_READ: dict[str, Callable[[list[str]], Pipeline]] = {
    "datetime": _dates,
    "boolean": _booleans,
    "amount": _amounts,
    "categorical": _categories,
}


def _filled(marked: bool = False) -> SimpleImputer:
    return SimpleImputer(strategy="median", keep_empty_features=True, add_indicator=marked)


def _spread() -> list[tuple[str, Any]]:
    # A signed logarithm: one cell of 1e17 must not decide the scale of its column.
    return [("spread", FunctionTransformer(np.arcsinh)), ("scale", StandardScaler())]
