"""How often each class was there, predicted, and both: all that the metrics of classes need.

scikit-learn's functions check and convert their arguments at each call, which takes longer than a boosting round; these
counts take microseconds and give the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Hits:
    """Rows per class, for the classes that occur at all.

    :param true: rows of the class.
    :param predicted: rows taken for it.
    :param both: rows that are of it and were taken for it.
    """

    classes: NDArray[np.int64]
    true: Counts
    predicted: Counts
    both: Counts

    @classmethod
    def count(cls, truth: NDArray[Any], predicted: NDArray[Any]) -> Hits:
        """Count class numbers against class numbers."""
        a, b = truth.astype(np.int64), predicted.astype(np.int64)
        size = int(max(a.max(), b.max())) + 1
        true, taken, both = (np.bincount(one, minlength=size).astype(np.float64) for one in (a, b, a[a == b]))
        there = np.flatnonzero(true + taken)
        return cls(there, true[there], taken[there], both[there])

    @property
    def share(self) -> float:
        """The share of rows whose class was predicted."""
        return float(self.both.sum() / self.true.sum())

    @property
    def precision(self) -> Counts:
        """Per class; 0 for one that was never predicted."""
        return _ratio(self.both, self.predicted)

    @property
    def recall(self) -> Counts:
        """Per class; 0 for one that was never there."""
        return _ratio(self.both, self.true)

    def f(self, beta: float) -> Counts:
        """Per class; recall counts `beta` times as much as precision."""
        return _ratio((1 + beta**2) * self.both, beta**2 * self.true + self.predicted)

    @property
    def f1(self) -> Counts:
        """Per class."""
        return self.f(1)

    def of_class(self, number: int, values: Counts) -> float:
        """Return the value of a class; 0 if it does not occur."""
        return float(values[self.classes == number].sum())


def _ratio(part: Counts, whole: Counts) -> Counts:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
