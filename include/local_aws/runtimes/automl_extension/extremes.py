"""Columns with extreme values, brought closer by a logarithm or by quantiles; the others stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import QuantileTransformer

from include.local_aws.runtimes.automl_extension.tables import numeric_table, same_width

Numbers = NDArray[np.float64]
_QUANTILES = 1000
_SUBSAMPLE = 100_000


def log_transform(x: Any) -> Numbers:
    """Return log(x + 1) of values of which none is negative, else the same of their amounts, with their signs."""
    values: Numbers = np.asarray(x, dtype=np.float64)
    return np.log1p(values) if (values >= 0).all() else _mirrored(values)


def quantile_transform_nonrandom(x: Any) -> Numbers:
    """Return where each value stands in its column, from 0 to 1, as one column."""
    values = np.asarray(x, dtype=np.float64).reshape(-1, 1)
    placed: Numbers = _quantiles(len(values)).fit_transform(values)
    return placed


def _mirrored(values: Numbers) -> Numbers:
    return np.sign(values) * np.log1p(np.abs(values))


def _quantiles(rows: int) -> QuantileTransformer:
    return QuantileTransformer(n_quantiles=min(_QUANTILES, rows), subsample=_SUBSAMPLE, random_state=0)


class BaseExtremeValueTransformer(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Changes the columns whose outer quantiles are further from the mean than `threshold_std` standard deviations.

    :param quantile: the percentile that is looked at, and 100 less it.
    :param transform_function: what becomes of such a column; None leaves it as it is.
    """

    def __init__(
        self,
        quantile: int = 98,
        threshold_std: float = 4.0,
        transform_function: Callable[[Numbers], Numbers] | None = None,
    ) -> None:
        self.quantile = quantile
        self.threshold_std = threshold_std
        self.transform_function = transform_function

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn which columns have extreme values."""
        table = numeric_table(X)
        self.n_features_in_ = table.shape[1]
        self.quantiles_ = np.percentile(table, [100 - self.quantile, self.quantile], axis=0)
        mean, far = table.mean(axis=0), self.threshold_std * table.std(axis=0)
        extreme = (self.quantiles_[0] < mean - far) | (self.quantiles_[1] > mean + far)
        self.cols_to_transform_ = np.flatnonzero(extreme).tolist()
        return self

    def transform(self, X: Any, y: Any = None) -> Numbers:  # noqa: N803, ARG002
        """Return the table with those columns changed."""
        table: Numbers = same_width(self, numeric_table(X)).copy()
        for at in self.cols_to_transform_:
            table[:, at] = self._changed(table[:, at], at)
        return table

    def _changed(self, column: Numbers, at: int) -> Numbers:  # noqa: ARG002 - others look at it
        return column if self.transform_function is None else self.transform_function(column)


class LogExtremeValuesTransformer(BaseExtremeValueTransformer):
    """Takes the logarithm; whether a column has negative values is learnt."""

    def __init__(self, quantile: int = 98, threshold_std: float = 4.0) -> None:
        super().__init__(quantile, threshold_std)

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Learn which columns have extreme values, and which have no negative ones."""
        self.nonnegative_cols_ = np.flatnonzero((numeric_table(X) >= 0).all(axis=0)).tolist()
        return super().fit(X, y)

    def _changed(self, column: Numbers, at: int) -> Numbers:
        if at not in self.nonnegative_cols_:
            return _mirrored(column)
        # As in the library: below -1, which the fit has not seen, there is no logarithm.
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log1p(column)


class QuantileExtremeValuesTransformer(BaseExtremeValueTransformer):
    """Puts where a value stands among those of the fit, from 0 to 1, in its place.

    That is what the library documents; of column 0 its release 2.5.0 asks the rows at hand instead of those of the fit.
    """

    def __init__(self, quantile: int = 98, threshold_std: float = 4.0) -> None:
        super().__init__(quantile, threshold_std)

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Learn which columns have extreme values, and their quantiles."""
        super().fit(X, y)
        table = numeric_table(X)
        self.quantile_transformers_ = {at: _quantiles(len(table)).fit(table[:, [at]]) for at in self.cols_to_transform_}
        return self

    def _changed(self, column: Numbers, at: int) -> Numbers:
        placed: Numbers = self.quantile_transformers_[at].transform(column.reshape(-1, 1)).ravel()
        return placed
