"""Expected values: what the library documents, and what its release 2.5.0 answered on scikit-learn 0.23.2."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from include.local_aws.runtimes.automl_extension.categories import RobustOrdinalEncoder, ThresholdOneHotEncoder

ROWS = np.array(list(zip("aaabbbccdd", "xxxxxxxxyz", strict=True)), dtype=object)
NEW = np.array([["a", "x"], ["d", "z"], ["q", "x"]], dtype=object)


@pytest.mark.parametrize(
    ("settings", "categories", "columns"),
    [
        ({"threshold": 3}, [["a", "b"], ["x"]], [[1, 0, 1], [0, 0, 0], [0, 0, 1]]),
        ({"threshold": 0.25}, [["a", "b"], ["x"]], [[1, 0, 1], [0, 0, 0], [0, 0, 1]]),
        (
            {"threshold": 1, "max_categories": 2},
            [["a", "b"], ["x", "y"]],
            [[1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0]],
        ),
        ({}, [[], []], [[0, 0], [0, 0], [0, 0]]),
    ],
)
def test_frequent_values_have_a_column(settings: Any, categories: list[Any], columns: list[Any]) -> None:
    encoder = ThresholdOneHotEncoder(**settings).fit(ROWS)
    assert encoder.categories_ == categories
    encoded = encoder.transform(NEW)
    assert sparse.issparse(encoded)
    assert encoded.toarray().tolist() == columns
    assert ThresholdOneHotEncoder(**settings, sparse=False).fit(ROWS).transform(NEW).tolist() == columns


def test_numbers_are_categories_too() -> None:
    encoder = ThresholdOneHotEncoder(threshold=1).fit(np.array([[3], [10], [3]]))
    assert encoder.transform(np.array([[10], [3], [5]])).toarray().tolist() == [[0, 1], [1, 0], [0, 0]]


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({}, [[0, 0], [3, 2], [4, 0]]),
        ({"unknown_as_nan": True}, [[0, 0], [3, 2], [np.nan, 0]]),
        ({"threshold": 3}, [[0, 0], [2, 1], [2, 0]]),
        ({"max_categories": 2}, [[0, 0], [2, 1], [2, 0]]),
        ({"threshold": "auto"}, [[0, 0], [0, 0], [0, 0]]),
        ({"categories": [["a"], ["z", "x"]]}, [[0, 1], [1, 0], [1, 1]]),
    ],
)
def test_values_have_codes(settings: Any, codes: list[Any]) -> None:
    encoded = RobustOrdinalEncoder(**settings).fit(ROWS).transform(NEW)
    assert encoded.dtype == np.float32
    np.testing.assert_array_equal(encoded, codes)


def test_of_too_many_equals_the_last_stays_as_a_code_and_the_first_as_a_column() -> None:
    assert RobustOrdinalEncoder(max_categories=2).fit(ROWS).categories_[1] == ["x", "z"]
    assert ThresholdOneHotEncoder(threshold=1, max_categories=2).fit(ROWS).categories_[1] == ["x", "y"]


def test_codes_go_back() -> None:
    encoder = RobustOrdinalEncoder().fit(ROWS)
    assert encoder.inverse_transform(np.array([[0, 0], [9, 2]])).tolist() == [["a", "x"], [None, "z"]]


def test_what_cannot_be_had_is_refused() -> None:
    with pytest.raises(ValueError, match="drop cannot be had"):
        ThresholdOneHotEncoder(drop="first").fit(ROWS)
    with pytest.raises(ValueError, match="categories has 1 lists, the data has 2 columns"):
        ThresholdOneHotEncoder(categories=[["a"]]).fit(ROWS)
