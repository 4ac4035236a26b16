"""Expected values: what the library documents, and what its release 2.5.0 answered on scikit-learn 0.23.2."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from include.local_aws.runtimes.automl_extension.scaling import (
    QuadraticFeatures,
    RemoveConstantColumnsTransformer,
    RobustStandardScaler,
)


def zeros() -> np.ndarray:
    """A column of 70 % zeros, one of 60 %, and one of numbers."""
    rows = np.zeros((10, 3))
    rows[:3, 0], rows[:4, 1], rows[:, 2] = 3, 2, np.arange(10)
    return rows


def test_a_column_of_zeros_is_not_centred() -> None:
    scaled = RobustStandardScaler().fit_transform(zeros())
    np.testing.assert_allclose(scaled[[0, 9]], [[2.18218, 1.22474, -1.5667], [0, -0.8165, 1.5667]], atol=1e-5)
    thin = RobustStandardScaler().fit_transform(sparse.csr_matrix(zeros()))
    assert sparse.issparse(thin)
    np.testing.assert_allclose(thin.toarray()[[0, 9]], [[2.18218, 2.04124, 0], [0, 0, 3.1334]], atol=1e-5)


def test_constant_columns_go() -> None:
    nan = np.nan
    rows = [[0, 1, 2, nan], [0, nan, 2, nan], [0, 1, 3, nan]]
    kept = RemoveConstantColumnsTransformer().fit_transform(np.array(rows))
    np.testing.assert_array_equal(kept, [[1, 2], [nan, 2], [1, 3]])
    with pytest.raises(ValueError, match="every column has one value only"):
        RemoveConstantColumnsTransformer().fit(np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("settings", "row"),
    [
        ({}, [4, 5, 6, 16, 25, 36, 20, 24, 30]),
        ({"include_bias": True}, [1, 4, 5, 6, 16, 25, 36, 20, 24, 30]),
        ({"interaction_only": True}, [4, 5, 6, 20, 24, 30]),
    ],
)
def test_products_are_added(settings: Any, row: list[int]) -> None:
    assert QuadraticFeatures(**settings).fit_transform(np.array([[1, 2, 3], [4, 5, 6]]))[1].tolist() == row


def test_products_are_chosen_where_room_is_short() -> None:
    rows = np.array([[1, 2, 3], [4, 5, 6]])
    most = QuadraticFeatures(max_n_features=7).fit(rows)
    assert most.combinations_[:3] == [(0, 0), (1, 1), (2, 2)]
    assert most.combinations_[3] in [(0, 1), (0, 2), (1, 2)]
    assert most.combinations_ == QuadraticFeatures(max_n_features=7).fit(rows).combinations_
    with pytest.raises(ValueError, match="max_n_features must be more than the 3 columns there are"):
        QuadraticFeatures(max_n_features=3).fit(rows)
