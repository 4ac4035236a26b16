"""Cells that hold a sequence of numbers, as arrays."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from include.local_aws.runtimes.automl_extension.tables import cells
from include.local_aws.runtimes.number_texts import as_numbers


class TSFlattener(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """An array per row from a text like `1, 2, , 4`; NaN for whatever is no finite number.

    The arrays are as long as their sequences: a list of them, and no table that an algorithm could be given.

    :param max_allowed_length: the most numbers of a sequence.
    :param trim_beginning: of a longer one the last ones stay, else the first ones.
    """

    def __init__(self, max_allowed_length: int = 10000, trim_beginning: bool = True) -> None:
        self.max_allowed_length = max_allowed_length
        self.trim_beginning = trim_beginning

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn nothing."""
        return self

    def transform(self, X: Any, y: Any = None) -> list[NDArray[np.float64]]:  # noqa: N803, ARG002
        """Return the arrays.

        :raises ValueError: there is more than one column.
        """
        table = cells(X)
        if table.shape[1] != 1:
            raise ValueError(f"TSFlattener takes one column of sequences at a time, not {table.shape[1]}")
        return [self._numbers("" if value is None else str(value)) for value in table[:, 0]]

    def _numbers(self, text: str) -> NDArray[np.float64]:
        read = as_numbers(np.array(text.split(","), dtype=object))
        return read[-self.max_allowed_length :] if self.trim_beginning else read[: self.max_allowed_length]
