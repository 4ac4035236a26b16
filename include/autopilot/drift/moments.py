"""Count, range, mean and spread of many columns at once, of a stream of any length.

Blocks are merged with the update of Chan, Golub and LeVeque (*Algorithms for computing the sample variance*, 1983),
which does not lose digits where sums of squares would. Counts and ranges are exact; mean, sum and standard
deviation depend on the order of the rows in their last digits only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Moments:
    """The figures of the columns added so far, one array entry per column."""

    def __init__(self, columns: int) -> None:
        self.count = np.zeros(columns, dtype=np.int64)
        self.whole = np.ones(columns, dtype=np.bool_)
        self.minimum = np.full(columns, np.inf)
        self.maximum = np.full(columns, -np.inf)
        self.mean = np.zeros(columns)
        self._squares = np.zeros(columns)

    def add(self, block: Floats) -> None:
        """Add rows.

        :param block: rows by columns; what is not finite is no value.
        """
        there = np.isfinite(block)
        count = there.sum(axis=0)
        self.minimum = np.minimum(self.minimum, np.where(there, block, np.inf).min(axis=0, initial=np.inf))
        self.maximum = np.maximum(self.maximum, np.where(there, block, -np.inf).max(axis=0, initial=-np.inf))
        self.whole &= np.where(there, block == np.trunc(block), True).all(axis=0)
        # Values near the largest float overflow when they are summed; the figure is then left out.
        with np.errstate(over="ignore", invalid="ignore"):
            self._merge(np.where(there, block, 0.0), there, count)
        self.count += count

    def total(self) -> Floats:
        """Return the sums."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.mean * self.count

    def deviation(self) -> Floats:
        """Return the standard deviations of the population (divided by the count), as Model Monitor's are."""
        return np.sqrt(self._squares / np.maximum(self.count, 1))

    def _merge(self, filled: Floats, there: NDArray[np.bool_], count: NDArray[np.int64]) -> None:
        mean = filled.sum(axis=0) / np.maximum(count, 1)
        squares = (np.where(there, filled - mean, 0.0) ** 2).sum(axis=0)
        both = np.maximum(self.count + count, 1)
        apart = np.where(count > 0, mean - self.mean, 0.0)
        self.mean = self.mean + apart * count / both
        self._squares = self._squares + squares + apart**2 * self.count * count / both
