"""Columns of numbers: on a common scale, without those that never change, with their products."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import StandardScaler

from include.local_aws.runtimes.automl_extension.tables import numeric_table, same_width

# A column with so many zeros keeps them: it is not centred.
_MOSTLY_ZERO = 0.7


class RobustStandardScaler(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Divides by the standard deviation; dense columns are centred first, unless at least 70 % of them are zero."""

    def __init__(self, copy: bool = True) -> None:
        self.copy = copy

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn mean and deviation."""
        whole = sparse.issparse(X)
        table = X if whole else np.asarray(X, dtype=np.float64)
        self.n_features_in_ = table.shape[1]
        self.scaler_ = StandardScaler(with_mean=not whole).fit(table)
        if not whole:
            self.scaler_.mean_[(table == 0).mean(axis=0) >= _MOSTLY_ZERO] = 0.0
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803
        """Scale."""
        return self.scaler_.transform(same_width(self, X if sparse.issparse(X) else np.asarray(X, dtype=np.float64)))


class RemoveConstantColumnsTransformer(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Leaves out columns that have one value only; NaN beside a number is a second value."""

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn which columns change.

        :raises ValueError: none does.
        """
        table = numeric_table(X)
        self.n_features_in_ = table.shape[1]
        self.kept_ = [at for at in range(table.shape[1]) if len(np.unique(table[:, at])) > 1]
        if not self.kept_:
            raise ValueError("every column has one value only")
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the columns that change."""
        return same_width(self, numeric_table(X))[:, self.kept_]  # type: ignore[no-any-return]


class QuadraticFeatures(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Adds squares, then products of two columns, as many as there is room for; then a random choice of them.

    :param include_bias: begin with a column of ones.
    :param interaction_only: no squares.
    :param max_n_features: the most columns of the answer.
    """

    def __init__(
        self,
        include_bias: bool = False,
        interaction_only: bool = False,
        max_n_features: int = 1000,
        order: str = "C",
        random_state: Any = 0,
    ) -> None:
        self.include_bias = include_bias
        self.interaction_only = interaction_only
        self.max_n_features = max_n_features
        self.order = order
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Choose the products.

        :raises ValueError: `max_n_features` leaves no room for any.
        """
        width = np.asarray(X).shape[1]
        self.n_features_in_ = width
        room = self.max_n_features - width - int(self.include_bias)
        if room < 1:
            raise ValueError(f"max_n_features must be more than the {self.max_n_features - room} columns there are")
        chance = np.random.default_rng(self.random_state)
        squares = [] if self.interaction_only else [(at, at) for at in range(width)]
        chosen = _some(squares, room, chance)
        self.combinations_ = chosen + _some(list(combinations(range(width), 2)), room - len(chosen), chance)
        return self

    def transform(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the columns, then their products."""
        table = same_width(self, np.asarray(X))
        bias = [np.ones((len(table), 1), dtype=table.dtype)] if self.include_bias else []
        products = [table[:, [one]] * table[:, [other]] for one, other in self.combinations_]
        return np.asarray(np.hstack([*bias, table, *products]), order=self.order)  # type: ignore[call-overload,no-any-return]


def _some(pairs: list[tuple[int, int]], room: int, chance: np.random.Generator) -> list[tuple[int, int]]:
    if len(pairs) <= room:
        return pairs
    return [pairs[at] for at in sorted(chance.choice(len(pairs), size=room, replace=False))]
