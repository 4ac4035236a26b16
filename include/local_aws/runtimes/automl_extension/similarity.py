"""Categories by how they are written: those that look alike get numbers that are alike."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils import murmurhash3_32
from sklearn.utils.validation import check_is_fitted

from include.local_aws.runtimes.automl_extension.tables import cells

# Three letters of a word with a blank before and behind it, in lower case.
_GRAMS = CountVectorizer(analyzer="char_wb", ngram_range=(3, 3)).build_analyzer()
_PRIME = 2038074743


class SimilarityEncoder(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """`target_dimension` numbers between 0 and 1 per column: the min-hash of the text's groups of three letters.

    The share of numbers in which two texts agree is about that of the groups that they have in common. Nothing is
    learnt from the data. A missing value is the text `None` or `nan`, as in the library.

    :param target_dimension: 1 or more.
    :param seed: of the hash functions; None is 0 here, so that the same rows make the same features.
    """

    def __init__(self, target_dimension: int = 30, seed: int | None = None) -> None:
        self.target_dimension = target_dimension
        self.seed = seed

    def fit(self, X: Any = None, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Draw the hash functions.

        :raises ValueError: `target_dimension` is less than 1.
        """
        if self.target_dimension < 1:
            raise ValueError(f"target_dimension is {self.target_dimension!r}; it can be a whole number from 1")
        chance = np.random.default_rng(self.seed or 0)
        self.hash_prime_ = _PRIME
        self.times_ = chance.integers(1, _PRIME, size=(self.target_dimension, 1))
        self.plus_ = chance.integers(0, _PRIME, size=(self.target_dimension, 1))
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the numbers of the first column, then those of the second, and so on."""
        check_is_fitted(self, "times_")
        table = cells(X)
        texts = [str(value) for value in table.ravel()]
        hashed = {text: self._hashed(text) for text in set(texts)}
        blocks = np.array([hashed[text] for text in texts], dtype=np.float64)
        return blocks.reshape(len(table), table.shape[1] * self.target_dimension)

    def _hashed(self, text: str) -> NDArray[np.float64]:
        grams = [murmurhash3_32(gram, positive=True) % _PRIME for gram in _GRAMS(text) or [""]]
        values = (self.times_ * np.array(grams, dtype=np.int64) + self.plus_) % _PRIME
        return values.min(axis=1) / _PRIME  # type: ignore[no-any-return]
