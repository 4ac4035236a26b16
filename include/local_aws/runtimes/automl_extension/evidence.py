"""Weight of evidence: what a category, or a bin of numbers, says of a target that has two classes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import KBinsDiscretizer
from sklearn.utils.validation import check_is_fitted

from include.local_aws.runtimes.automl_extension.tables import cells, numbers, same_width

_BINNINGS = ("uniform", "quantile", "kmeans")


class WOEEncoder(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """A number per category: ``ln((n0 + alpha) / N0) - ln((n1 + alpha) / N1)``.

    ``n0`` and ``n1`` are the rows of the category that have the first and the second class, in the order of the sorted
    labels; ``N0`` and ``N1`` are all rows of a class. So the number is positive where the first class is frequent. It
    is learnt from the target of the very rows that are then encoded: what is trained on them looks better than it is.

    :param binning: for numbers: `uniform`, `quantile` or `kmeans` bins are the categories. Else each value is one; in a
        column of numbers, whatever writes the same number.
    :param n_bins: of a column, 2 or more; a column with fewer different numbers has fewer.
    :param alpha: 0 or more. With 0 a category that only one class has gets an infinite number.
    :param laplace: also adds 2 * `alpha` to ``N0`` and ``N1``.
    """

    def __init__(self, binning: str | None = None, n_bins: int = 10, alpha: float = 0.5, laplace: bool = False) -> None:
        self.binning = binning
        self.n_bins = n_bins
        self.alpha = alpha
        self.laplace = laplace

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Learn the numbers: `woe_pairs_` has for each column (category -> place, the numbers by place).

        :raises ValueError: the target has not two classes, or a cell or a label is missing; a parameter cannot be.
        """
        self._check_parameters()
        table = cells(X)
        self.n_features_in_ = table.shape[1]
        first = _of_first_class(y, len(table))
        self.numeric_ = [self.binning is not None or _all_numbers(column) for column in table.T]
        read = [self._read(table, at) for at in range(table.shape[1])]
        self.binner_ = self._binner(read) if self.binning is not None else None
        self.woe_pairs_ = [self._learnt(column, first) for column in self._binned(read).T]
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return a number per cell.

        :raises ValueError: a cell is missing, or of a category (or in a bin) that no row of the fit had.
        """
        check_is_fitted(self, "woe_pairs_")
        table = same_width(self, cells(X))
        binned = self._binned([self._read(table, at) for at in range(table.shape[1])])
        encoded = np.empty(table.shape, dtype=np.float64)
        for at, (places, evidence) in enumerate(self.woe_pairs_):
            unknown = next((row for row, value in enumerate(binned[:, at]) if value not in places), None)
            if unknown is not None:
                raise ValueError(
                    f"WOEEncoder: {table[unknown, at]!r} in column {at} is of no category that a row of the fit had"
                )
            encoded[:, at] = evidence[[places[value] for value in binned[:, at]]]
        return encoded

    def _check_parameters(self) -> None:
        if self.binning is not None and self.binning not in _BINNINGS:
            raise ValueError(f"binning is {self.binning!r}; it can be None, {', '.join(_BINNINGS)}")
        if self.binning is not None and (not isinstance(self.n_bins, int) or self.n_bins < 2):
            raise ValueError(f"n_bins is {self.n_bins!r}; it can be a whole number from 2")
        if not self.alpha >= 0:
            raise ValueError(f"alpha is {self.alpha!r}; it can be 0 or more")

    def _read(self, table: NDArray[Any], at: int) -> NDArray[Any]:
        """Return a column as it is compared: numbers or whatever was given."""
        column = table[:, at]
        if any(value is None or value != value for value in column):
            raise ValueError(f"WOEEncoder: column {at} has missing values; fill them in before")
        if not self.numeric_[at]:
            return column
        read = numbers(column)
        if np.isnan(read).any():
            text = column[int(np.argmax(np.isnan(read)))]
            raise ValueError(f"WOEEncoder: {text!r} in column {at} is no finite number, as the column's others are")
        return read

    def _binner(self, read: list[NDArray[Any]]) -> KBinsDiscretizer:
        # As scikit-learn 0.23 does: all rows, quantiles between two rows by interpolation.
        binner = KBinsDiscretizer(
            self.n_bins, encode="ordinal", strategy=self.binning, quantile_method="linear", subsample=None
        )
        return binner.fit(np.column_stack(read))

    def _binned(self, read: list[NDArray[Any]]) -> NDArray[Any]:
        if self.binner_ is not None:
            table = np.column_stack(read)
            # As scikit-learn 0.23 does: a number at an edge is in the bin above, also where the edge was rounded.
            return np.asarray(self.binner_.transform(table + 1e-8 + 1e-5 * np.abs(table)), dtype=object)
        values = np.empty((len(read[0]), len(read)), dtype=object)
        for at, column in enumerate(read):
            values[:, at] = column
        return values

    def _learnt(self, column: NDArray[Any], first: NDArray[np.bool_]) -> tuple[dict[Any, int], NDArray[np.float64]]:
        places: dict[Any, int] = {}
        rows = np.array([places.setdefault(value, len(places)) for value in column], dtype=np.intp)
        evidence = np.zeros(len(places))
        for sign, chosen in ((1, first), (-1, ~first)):
            found = np.bincount(rows[chosen], minlength=len(places)) + self.alpha
            every = chosen.sum() + (2 * self.alpha if self.laplace else 0)
            with np.errstate(divide="ignore"):
                evidence += sign * np.log(found / every)
        return places, evidence


def _of_first_class(y: Any, rows: int) -> NDArray[np.bool_]:
    """Say which rows have the first of the two classes."""
    if y is None:
        raise ValueError("WOEEncoder needs the target: fit(X, y)")
    target = np.asarray(y, dtype=object).ravel()
    if len(target) != rows:
        raise ValueError(f"WOEEncoder: the target has {len(target)} values, the data has {rows} rows")
    if any(label is None or label != label for label in target):
        raise ValueError("WOEEncoder: the target has missing values")
    classes = sorted(set(target.tolist()))
    if len(classes) != 2:
        raise ValueError(f"WOEEncoder needs a target of two classes; this one has {len(classes)}: {classes[:5]}")
    return np.array([label == classes[0] for label in target], dtype=bool)


def _all_numbers(column: NDArray[Any]) -> bool:
    return not bool(np.isnan(numbers(column)).any())
