"""Categories: what stands for no value is one of them, and what was never seen is told."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.cells import is_missing
from include.local_aws.runtimes.features.reading import MODULE, Reader, tell_unread

_UNSEEN = "were not seen when this was fitted and count as rare ones"


class Categories(Reader):
    """Texts stay texts, those that stand for no value become empty; unseen ones are counted and told."""

    __module__ = MODULE

    def fit(self, table: Any, y: Any = None) -> Categories:  # noqa: ARG002 - scikit-learn gives it
        """Remember what there is."""
        self.known_ = [sorted(set(texts)) for texts in self.columns(table)]
        return self

    def transform(self, table: Any) -> NDArray[Any]:
        """Return the texts."""
        columns = self.columns(table)
        for name, texts, known in zip(self.names, columns, self.known_, strict=True):
            seen = set(known)
            tell_unread(name, texts, np.array([text in seen for text in texts], dtype=bool), _UNSEEN)
        return np.column_stack([np.where(is_missing(texts), "", texts) for texts in columns])


class CategoryCounts(Reader):
    """A category becomes the logarithm of how often it was there: says more of hundreds of them than fifty flags do.

    One that was never seen was there 0 times.
    """

    __module__ = MODULE

    def fit(self, table: Any, y: Any = None) -> CategoryCounts:  # noqa: ARG002 - scikit-learn gives it
        """Count what there is."""
        self.counts_ = [dict(Counter(texts)) for texts in self.columns(table)]
        return self

    def transform(self, table: Any) -> NDArray[np.float64]:
        """Return log(1 + count) per cell."""
        counts = [
            [known.get(text, 0) for text in texts]
            for texts, known in zip(self.columns(table), self.counts_, strict=True)
        ]
        return np.log1p(np.array(counts, dtype=np.float64).T)
