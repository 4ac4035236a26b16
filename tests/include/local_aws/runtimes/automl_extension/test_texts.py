"""Expected values: what the library documents, and what its release 2.5.0 answered on scikit-learn 0.23.2."""

from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.automl_extension.texts import MultiColumnTfidfVectorizer

ROWS = np.array([["red fox", "a"], ["red dog", "b"], ["blue dog", ""]], dtype=object)


def test_each_column_has_words_of_its_own() -> None:
    weights = MultiColumnTfidfVectorizer().fit_transform(ROWS).toarray()
    expected = [[0, 0, 0.79596, 0.60535], [0, 0.70711, 0, 0.70711], [0.79596, 0.60535, 0, 0]]
    np.testing.assert_allclose(weights, expected, atol=1e-5)
    letters = MultiColumnTfidfVectorizer(analyzer="char_wb", min_df=0.5, max_features=4).fit_transform(ROWS)
    np.testing.assert_allclose(letters.toarray()[0], [0.91766, 0.22942, 0.22942, 0.22942, 1], atol=1e-5)


def test_a_column_without_words() -> None:
    with pytest.raises(ValueError, match="empty vocabulary"):
        MultiColumnTfidfVectorizer(ignore_columns_with_zero_vocabulary_size=False).fit(ROWS)
    assert MultiColumnTfidfVectorizer().fit_transform(ROWS[:, [1]]).shape == (3, 0)


def test_the_number_of_columns_can_be_given() -> None:
    weights = MultiColumnTfidfVectorizer(vocabulary_sizes=[2, 3]).fit_transform(ROWS).toarray()
    expected = [[0, 1, 0, 0, 0], [0.70711, 0.70711, 0, 0, 0], [1, 0, 0, 0, 0]]
    np.testing.assert_allclose(weights, expected, atol=1e-5)
