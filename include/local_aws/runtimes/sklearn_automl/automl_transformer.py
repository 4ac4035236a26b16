"""Header, features and target in one: what Autopilot's own training program makes of a generated module."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from include.local_aws.runtimes.sklearn_automl.header import Header


class AutoMLTransformer(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Transforms features, and the target where the rows have it.

    :param feature_transformer: has `fit` and `transform` for a table.
    :param target_transformer: has `fit` and `transform` for a column, and `inverse_transform` if that is asked for;
        None leaves the target as the number that it is.
    """

    def __init__(self, header: Header, feature_transformer: Any, target_transformer: Any) -> None:
        self.header = header
        self.feature_transformer = feature_transformer
        self.target_transformer = target_transformer

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803
        """Fit the target, then the features with the transformed target. All rows take part, also those without one.

        :param X: the features alone, ``y`` the target.
        """
        if self.target_transformer is not None:
            self.target_transformer.fit(y)
        self.feature_transformer.fit(X, self.label_transform(y))
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803
        """Return the features; of rows with the target (in its place) a dense table that begins with it.

        Rows whose transformed target is NaN are left out.

        :raises ValueError: the rows have another number of columns than the header's, with or without the target.
        """
        if not self.header.has_target(X.shape[1]):
            return self.feature_transformer.transform(X)
        target = self.header.target_column_index
        labels = self.label_transform(X[:, target])
        usable = ~np.isnan(labels)
        features = self.feature_transformer.transform(np.delete(X[usable], target, axis=1))
        return np.column_stack([labels[usable], features.toarray() if sparse.issparse(features) else features])

    def label_transform(self, y: Any) -> NDArray[np.float64]:
        """Return the target as numbers."""
        return np.asarray(y if self.target_transformer is None else self.target_transformer.transform(y), dtype=float)

    def inverse_label_transform(self, yt: Any) -> Any:
        """Return the target as it was before."""
        return yt if self.target_transformer is None else self.target_transformer.inverse_transform(yt)
