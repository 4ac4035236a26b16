"""How the estimators read what they are given: a table of cells, text or number, and its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from include.local_aws.runtimes.number_texts import as_numbers


def cells(given: Any) -> NDArray[Any]:
    """Return a table as rows by columns of whatever was in it.

    :raises ValueError: it is sparse, or has not two dimensions.
    """
    if sparse.issparse(given):
        raise ValueError("a sparse matrix was given where a table is needed")
    table = np.asarray(given.to_numpy() if isinstance(given, pd.DataFrame) else given, dtype=object)
    if table.ndim != 2:
        raise ValueError(f"a table of rows and columns is needed, not {table.ndim} dimensions")
    return table


def numbers(given: NDArray[Any]) -> NDArray[np.float64]:
    """Return cells as numbers; NaN for whatever is no finite number."""
    if given.dtype != object:
        return np.where(np.isfinite(given), given, np.nan).astype(np.float64)
    return as_numbers(np.array(["" if value is None else str(value) for value in given.ravel()], dtype=object)).reshape(
        given.shape
    )


def numeric_table(given: Any) -> NDArray[np.float64]:
    """Return a dense table of numbers; NaN where a cell is no finite number."""
    return numbers(cells(given))


def same_width(fitted: Any, table: Any) -> Any:
    """Return the table.

    :raises ValueError: it has other columns than the one that was fitted.
    """
    if table.shape[1] != fitted.n_features_in_:
        raise ValueError(
            f"the data has {table.shape[1]} columns, {type(fitted).__name__} knows {fitted.n_features_in_}"
        )
    return table
