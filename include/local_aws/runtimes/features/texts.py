"""Free text to numbers: its most frequent words, what it is about, how long it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.sparsefuncs import mean_variance_axis

from include.cells import is_missing
from include.local_aws.runtimes.features.reading import MODULE, Reader

_TOPICS = 30
_WORDS = 100
_TERMS = 5_000
# Words, and pairs of them; or, of names and codes, parts of two to four letters.
_BY_WORDS = {"ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"}
_BY_LETTERS = {"ngram_range": (2, 4), "analyzer": "char_wb"}


class Texts(Reader):
    """One column of text becomes the tf-idf of its most frequent words, its topics, and its length.

    Topics are the first singular vectors of the tf-idf of words and pairs of words. What was not seen in the fit has no
    weight; a missing text has neither words nor length.

    :param letters: look at parts of words instead, which tell names and codes that resemble each other.
    """

    __module__ = MODULE

    def __init__(self, names: Sequence[str], letters: bool = False) -> None:
        super().__init__(names)
        self.letters = letters

    def fit(self, table: Any, y: Any = None) -> Texts:  # noqa: ARG002 - scikit-learn gives it
        """Learn words and topics."""
        texts = self._texts(table)
        how = _BY_LETTERS if self.letters else _BY_WORDS
        self.terms_ = _fitted(TfidfVectorizer(max_features=_TERMS, sublinear_tf=True, **how), texts)
        self.words_ = None if self.letters else _fitted(TfidfVectorizer(max_features=_WORDS), texts)
        self.topics_ = _topics(self.terms_, texts)
        return self

    def transform(self, table: Any) -> sparse.csr_matrix:
        """Return the features, sparse."""
        texts = self._texts(table)
        lengths = np.log1p([[len(text), len(text.split())] for text in texts]).reshape(-1, 2)
        parts = [sparse.csr_matrix(lengths)]
        if self.words_ is not None:
            parts.append(self.words_.transform(texts))
        if self.terms_ is not None and self.topics_ is not None:
            parts.append(sparse.csr_matrix(normalize(self.topics_.transform(self.terms_.transform(texts)))))
        return sparse.hstack(parts, format="csr")

    def _texts(self, table: Any) -> list[str]:
        (texts,) = self.columns(table)
        known: list[str] = np.where(is_missing(texts), "", texts).tolist()
        return known


def _fitted(vectors: TfidfVectorizer, texts: Sequence[str]) -> TfidfVectorizer | None:
    """Fit, or return None where no text has anything to count."""
    try:
        return vectors.fit(texts)
    except ValueError as error:
        if "empty vocabulary" not in str(error):
            raise
        return None


def _topics(terms: TfidfVectorizer | None, texts: Sequence[str]) -> TruncatedSVD | None:
    """Fit, or return None where all texts say the same."""
    weights = None if terms is None else terms.transform(texts)
    if weights is None or min(weights.shape) < 2 or not mean_variance_axis(weights, axis=0)[1].any():
        return None
    return TruncatedSVD(min(_TOPICS, min(weights.shape) - 1), random_state=0).fit(weights)
