"""Missing values: whatever is no finite number, filled in or marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from include.local_aws.runtimes.automl_extension.tables import cells, numbers, same_width

Mask = Callable[[NDArray[Any]], NDArray[np.bool_]]
_STRATEGIES = ("mean", "median", "most_frequent", "constant")


def is_finite_numeric(values: Any) -> NDArray[np.bool_]:
    """Say of each value whether it is a finite number, as a number or as text."""
    finite: NDArray[np.bool_] = np.isfinite(numbers(np.asarray(values, dtype=object)))
    return finite


class RobustImputer(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Fills in whatever `mask_function` denies.

    :param dtype: of the answer; numbers unless told.
    :param strategy: `mean`, `median`, `most_frequent`, or `constant`: `fill_values`.
    :param fill_values: one value, or one per column; 0 unless told.
    :param mask_function: says of an array of values which are there; :func:`is_finite_numeric` unless told.

    A column without any value is left out, except where the strategy is `constant`.
    """

    def __init__(
        self, dtype: Any = None, strategy: str = "median", fill_values: Any = None, mask_function: Mask | None = None
    ) -> None:
        self.dtype = dtype
        self.strategy = strategy
        self.fill_values = fill_values
        self.mask_function = mask_function

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn what to fill in, per column.

        :raises ValueError: no such strategy, or another number of `fill_values` than of columns.
        """
        if self.strategy not in _STRATEGIES:
            raise ValueError(f"strategy is {self.strategy!r}; it can be {', '.join(_STRATEGIES)}")
        table = cells(X)
        there = self._there(table)
        self.n_features_in_ = table.shape[1]
        if self.strategy == "constant":
            self.fills_ = self._constants(table.shape[1])
            self.kept_ = list(range(table.shape[1]))
            return self
        self.kept_ = [at for at in range(table.shape[1]) if there[:, at].any()]
        self.fills_ = [self._learnt(table[there[:, at], at]) for at in self.kept_]
        return self

    def transform(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the columns that are kept, filled in."""
        table = same_width(self, cells(X))
        there = self._there(table)
        filled = np.empty((len(table), len(self.kept_)), dtype=object)
        for place, at in enumerate(self.kept_):
            filled[:, place] = np.where(there[:, at], table[:, at], self.fills_[place])
        return filled.astype(self.dtype) if self.dtype is not None else numbers(filled)

    def _there(self, table: NDArray[Any]) -> NDArray[np.bool_]:
        return np.asarray((self.mask_function or is_finite_numeric)(table), dtype=bool)

    def _constants(self, width: int) -> list[Any]:
        if isinstance(self.fill_values, list | tuple | np.ndarray):
            if len(self.fill_values) != width:
                raise ValueError(f"fill_values has {len(self.fill_values)} values, the data has {width} columns")
            return list(self.fill_values)
        return [0 if self.fill_values is None else self.fill_values] * width

    def _learnt(self, values: NDArray[Any]) -> Any:
        if self.strategy == "most_frequent":
            return Counter(values.tolist()).most_common(1)[0][0]  # of several the one that came first
        return getattr(np, self.strategy)(numbers(values))


class RobustMissingIndicator(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Marks whatever `mask_function` denies: True where a value is missing.

    :param features: `all` columns, or `missing-only`: those that lacked a value at the fit.
    :param error_on_new: with `missing-only`, whether a column that lacks values only now is an error.
    """

    def __init__(self, features: str = "all", error_on_new: bool = True, mask_function: Mask | None = None) -> None:
        self.features = features
        self.error_on_new = error_on_new
        self.mask_function = mask_function

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn which columns lack values."""
        if self.features not in ("all", "missing-only"):
            raise ValueError(f"features is {self.features!r}; it can be all or missing-only")
        lacking = self._lacking(cells(X))
        self.n_features_in_ = lacking.shape[1]
        everywhere = self.features == "all"
        self.features_ = [at for at in range(lacking.shape[1]) if everywhere or lacking[:, at].any()]
        return self

    def transform(self, X: Any) -> NDArray[np.bool_]:  # noqa: N803
        """Mark the columns.

        :raises ValueError: a column lacks values that lacked none at the fit, and `error_on_new`.
        """
        lacking = self._lacking(same_width(self, cells(X)))
        new = [at for at in range(lacking.shape[1]) if at not in self.features_ and lacking[:, at].any()]
        if new and self.error_on_new:
            raise ValueError(f"the columns {new} lack values and lacked none at the fit")
        return lacking[:, self.features_]

    def _lacking(self, table: NDArray[Any]) -> NDArray[np.bool_]:
        return ~np.asarray((self.mask_function or is_finite_numeric)(table), dtype=bool)
