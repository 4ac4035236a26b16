"""Expected: what the library documents. Hash functions are drawn anew, so the numbers themselves are others.

How far two texts agree was asked of its release 2.5.0, with 20,000 numbers: that is the share of the groups of three
letters which they have in common.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from include.local_aws.runtimes.automl_extension.similarity import SimilarityEncoder


def column(*values: Any) -> Any:
    return np.array(values, dtype=object).reshape(-1, 1)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("table", "table (red)", 0.495),
        ("abcdef", "abcxyz", 0.203),
        ("chair", "ladder", 0),
        ("ab", "abc", 0.246),
        ("abcd", "bcde", 0.142),
        ("abab", "baba", 0.332),
        ("abc", "xabc", 0.404),
        ("aaaa", "aaa", 1),
        ("abc", "ABC ", 1),
        ("a", "b", 0),
        ("", "a", 0),
    ],
)
def test_texts_agree_as_far_as_their_letters_do(one: str, other: str, agree: float) -> None:
    encoded = SimilarityEncoder(target_dimension=20_000, seed=0).fit_transform(column(one, other))
    assert (encoded[0] == encoded[1]).mean() == pytest.approx(agree, abs=0.01)


def test_each_column_has_its_numbers_from_the_same_functions() -> None:
    encoder = SimilarityEncoder(target_dimension=3, seed=1).fit()
    encoded = encoder.transform(np.array([["abc", "abc"], ["", "xyz"]], dtype=object))
    assert encoded.shape == (2, 6)
    np.testing.assert_array_equal(encoded[0, :3], encoded[0, 3:])
    assert (encoded >= 0).all()
    assert (encoded < 1).all()
    assert len(np.unique(encoded)) == 9


def test_the_same_seed_makes_the_same_numbers_and_without_one_it_is_0() -> None:
    texts = column("some", "texts", None, 12.0)
    assert SimilarityEncoder().fit_transform(texts).shape == (4, 30)
    np.testing.assert_array_equal(
        SimilarityEncoder().fit_transform(texts), SimilarityEncoder(seed=0).fit_transform(texts)
    )
    assert not np.array_equal(SimilarityEncoder(seed=1).fit_transform(texts), SimilarityEncoder().fit_transform(texts))
    as_texts = SimilarityEncoder().fit_transform(column("some", "texts", "None", "12.0"))
    np.testing.assert_array_equal(SimilarityEncoder().fit_transform(texts), as_texts)


def test_it_has_a_dimension_and_is_fitted_first() -> None:
    with pytest.raises(ValueError, match="target_dimension is 0; it can be a whole number from 1"):
        SimilarityEncoder(target_dimension=0).fit()
    with pytest.raises(ValueError, match="not fitted yet"):
        SimilarityEncoder().transform(column("a"))
