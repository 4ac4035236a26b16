"""Texts as the words that are in them, column by column."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from include.local_aws.runtimes.automl_extension.tables import cells, same_width


class MultiColumnTfidfVectorizer(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """scikit-learn's TfidfVectorizer for each column by itself, the answers side by side; most parameters are its own.

    :param max_features: the most words of a column.
    :param vocabulary_sizes: exactly so many columns for each column of text: what is over is left out, what lacks is 0.
    :param ignore_columns_with_zero_vocabulary_size: a column in which no word is left has no columns, else it is an
        error.
    """

    def __init__(
        self,
        strip_accents: Any = None,
        lowercase: bool = True,
        preprocessor: Any = None,
        tokenizer: Any = None,
        stop_words: Any = None,
        token_pattern: str = r"(?u)\b\w\w+\b",  # noqa: S107 - no secret
        ngram_range: tuple[int, int] = (1, 1),
        analyzer: Any = "word",
        max_df: float = 1.0,
        min_df: float = 1,
        max_features: int | None = 1000,
        vocabulary: Any = None,
        dtype: Any = np.float64,
        norm: str | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
        vocabulary_sizes: list[int] | None = None,
        ignore_columns_with_zero_vocabulary_size: bool = True,
    ) -> None:
        self.strip_accents = strip_accents
        self.lowercase = lowercase
        self.preprocessor = preprocessor
        self.tokenizer = tokenizer
        self.stop_words = stop_words
        self.token_pattern = token_pattern
        self.ngram_range = ngram_range
        self.analyzer = analyzer
        self.max_df = max_df
        self.min_df = min_df
        self.max_features = max_features
        self.vocabulary = vocabulary
        self.dtype = dtype
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf
        self.vocabulary_sizes = vocabulary_sizes
        self.ignore_columns_with_zero_vocabulary_size = ignore_columns_with_zero_vocabulary_size

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn the words of each column.

        :raises ValueError: no word is left in a column, and that is not to be ignored.
        """
        table = cells(X)
        self.n_features_in_ = table.shape[1]
        self.vectorizers_ = [self._fitted(table[:, at], at) for at in range(table.shape[1])]
        return self

    def transform(self, X: Any, y: Any = None) -> Any:  # noqa: N803, ARG002
        """Return the weights of the words, CSR."""
        table = same_width(self, cells(X))
        blocks = [self._block(table[:, at], at) for at in range(table.shape[1])]
        return sparse.hstack(blocks, format="csr", dtype=self.dtype)

    def _fitted(self, column: Any, at: int) -> TfidfVectorizer | None:
        sizes = [size for size in (self.max_features, self._size(at)) if size is not None]
        own = set(self.get_params()) - {"vocabulary_sizes", "ignore_columns_with_zero_vocabulary_size"}
        settings = {name: getattr(self, name) for name in own} | {"max_features": min(sizes) if sizes else None}
        if sizes and min(sizes) == 0:
            return None
        try:
            return TfidfVectorizer(**settings).fit(column)
        except ValueError as error:
            # scikit-learn says so in these two ways, and has no error of its own for it.
            nothing = str(error).startswith(("empty vocabulary", "After pruning, no terms remain"))
            if nothing and self.ignore_columns_with_zero_vocabulary_size:
                return None
            raise

    def _block(self, column: Any, at: int) -> Any:
        vectorizer, size = self.vectorizers_[at], self._size(at)
        block = sparse.csr_matrix((len(column), 0)) if vectorizer is None else vectorizer.transform(column)
        if size is None:
            return block
        lacking = sparse.csr_matrix((len(column), max(0, size - block.shape[1])))
        return sparse.hstack([block[:, :size], lacking])

    def _size(self, at: int) -> int | None:
        return self.vocabulary_sizes[at] if self.vocabulary_sizes else None
