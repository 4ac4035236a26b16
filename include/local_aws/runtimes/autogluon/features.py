"""Columns to one matrix of numbers that every member of the ensemble is given."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.autogluon.layout import Layout

_WORDS = 100


def transformer(layout: Layout) -> ColumnTransformer:
    """Return the unfitted transformer. A branch named numeric... gets numbers, any other texts.

    :raises ClientError: no column can be used.
    """
    numeric, categorical = layout.of_kind("numeric"), layout.of_kind("categorical")
    branches: list[tuple[str, Any, Any]] = []
    if numeric:
        missing = MissingIndicator(features="missing-only", error_on_new=False)
        branches += [("numeric", _numbers(), numeric), ("numeric_missing", missing, numeric)]
    if categorical:
        one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.005, max_categories=50)
        branches.append(("categorical", one_hot, categorical))
    for place in layout.of_kind("text"):
        branches.append((f"text_{place}", TfidfVectorizer(max_features=_WORDS), place))
    if not branches:
        raise ClientError("no column of the training data can be used as a feature")
    return ColumnTransformer(branches, sparse_threshold=0.0)


def _numbers() -> Pipeline:
    return Pipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            # A signed logarithm: one cell of 1e17 must not decide the scale of its column.
            ("spread", FunctionTransformer(np.arcsinh)),
            ("scale", StandardScaler()),
        ]
    )
