"""Categories: which values are frequent enough to count, as columns of zeros and ones or as codes."""

from __future__ import annotations

from collections import Counter
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from include.local_aws.runtimes.automl_extension.tables import cells, same_width


class _Categories(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Learns the categories of each column."""

    categories: Any
    threshold: Any
    max_categories: float
    # Which of equally frequent values stay where there are too many: the last in the order of the labels, or the first.
    _last_of_equals = True

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn the categories: those of `categories`, or the frequent ones, sorted."""
        table = cells(X)
        self.n_features_in_ = table.shape[1]
        if not isinstance(self.categories, str):
            if len(self.categories) != table.shape[1]:
                raise ValueError(f"categories has {len(self.categories)} lists, the data has {table.shape[1]} columns")
            self.categories_ = [list(known) for known in self.categories]
        else:
            least = self._least(table)
            self.categories_ = [self._frequent(table[:, at], least) for at in range(table.shape[1])]
        return self

    def _least(self, table: NDArray[Any]) -> int:
        """Return how often a value must occur; below 1 the threshold is a share of the rows."""
        threshold = max(10, table.shape[1] / 1000) if self.threshold in (None, "auto") else self.threshold
        return int(np.ceil(threshold if threshold >= 1 else threshold * len(table)))

    def _frequent(self, column: NDArray[Any], least: int) -> list[Any]:
        found = Counter(column.tolist())
        frequent = sorted(value for value, count in found.items() if count >= least)
        if len(frequent) <= self.max_categories:
            return frequent
        places = range(len(frequent)) if self._last_of_equals else range(0, -len(frequent), -1)
        ranked = sorted(zip(frequent, places, strict=True), key=lambda one: (found[one[0]], one[1]))
        return sorted(value for value, _ in ranked[-int(self.max_categories) :])

    def _codes(self, table: NDArray[Any]) -> NDArray[np.intp]:
        """Return the position of each cell among the categories of its column; their number where it is none."""
        codes = np.empty(table.shape, dtype=np.intp)
        for at, known in enumerate(self.categories_):
            places = {value: place for place, value in enumerate(known)}
            codes[:, at] = [places.get(value, len(known)) for value in table[:, at].tolist()]
        return codes


class ThresholdOneHotEncoder(_Categories):
    """A column of zeros and ones for each frequent category; other values have none.

    A column without any frequent value becomes one column of zeros.

    :param threshold: how often a value must occur, below 1 in which share of the rows; 10 unless told (or the number of
        columns / 1000, if that is more).
    :param max_categories: the most of a column, by frequency.
    :param drop: not available: the library refuses it beside values that are not frequent.
    """

    _last_of_equals = False

    def __init__(
        self,
        categories: Any = "auto",
        drop: Any = None,
        sparse: bool = True,
        dtype: Any = np.float64,
        threshold: Any = None,
        max_categories: float = 100,
    ) -> None:
        self.categories = categories
        self.drop = drop
        self.sparse = sparse
        self.dtype = dtype
        self.threshold = threshold
        self.max_categories = max_categories

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Learn the categories.

        :raises ValueError: `drop` was given.
        """
        if self.drop is not None:
            raise ValueError("drop cannot be had together with values that have no column of their own")
        return super().fit(X, y)

    def transform(self, X: Any) -> Any:  # noqa: N803
        """Return the columns, CSR or dense."""
        codes = self._codes(same_width(self, cells(X)))
        blocks = []
        for at, known in enumerate(self.categories_):
            rows = np.flatnonzero(codes[:, at] < len(known))
            shape = (len(codes), max(len(known), 1))
            ones = np.ones(len(rows), dtype=self.dtype)
            blocks.append(sparse.csr_matrix((ones, (rows, codes[rows, at])), shape=shape))
        stacked = sparse.hstack(blocks, format="csr", dtype=self.dtype)
        return stacked if self.sparse else stacked.toarray()


class RobustOrdinalEncoder(_Categories):
    """A code per value, in the order of the sorted categories; any other value has the code after the last.

    :param unknown_as_nan: other values are NaN.
    :param threshold: as in :class:`ThresholdOneHotEncoder`, 1 unless told; `auto` is that one's default.
    """

    def __init__(
        self,
        categories: Any = "auto",
        dtype: Any = np.float32,
        unknown_as_nan: bool = False,
        threshold: Any = 1,
        max_categories: float = np.inf,
    ) -> None:
        self.categories = categories
        self.dtype = dtype
        self.unknown_as_nan = unknown_as_nan
        self.threshold = threshold
        self.max_categories = max_categories

    def transform(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the codes."""
        codes = self._codes(same_width(self, cells(X)))
        coded: NDArray[Any] = codes.astype(self.dtype)
        if self.unknown_as_nan:
            coded[codes == [len(known) for known in self.categories_]] = np.nan
        return coded

    def inverse_transform(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the values; None for a code that stands for other values."""
        coded = same_width(self, np.asarray(X, dtype=np.float64))
        values = np.full(coded.shape, None, dtype=object)
        for at, known in enumerate(self.categories_):
            for place, value in enumerate(known):
                values[coded[:, at] == place, at] = value
        return values
