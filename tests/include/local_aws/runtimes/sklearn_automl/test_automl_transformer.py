"""Expected values: what the library's release 2.5.0 answered on scikit-learn 0.23.2 with these transformers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.preprocessing import LabelEncoder

from include.local_aws.runtimes.sklearn_automl.automl_transformer import AutoMLTransformer
from include.local_aws.runtimes.sklearn_automl.header import Header
from include.local_aws.runtimes.sklearn_automl.label_encoders import NALabelEncoder, RobustLabelEncoder

HEADER = Header(["a", "y", "b"], "y")
ROWS = np.array([["1", "x"], ["2", "y"], ["3", "z"]], dtype=object)
WHOLE = np.array([["1", "5", "x"], ["2", "bad", "y"], ["3", "", "z"]], dtype=object)


class First:
    """Keeps what it was fitted with; its feature is the first column."""

    def __init__(self, thin: bool = False) -> None:
        self.thin = thin

    def fit(self, X: Any, y: Any) -> None:  # noqa: N803
        self.seen = (X, y)

    def transform(self, X: Any) -> Any:  # noqa: N803
        column = X[:, :1].astype(float)
        return sparse.csr_matrix(column) if self.thin else column


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def test_features_are_fitted_with_the_transformed_target_of_every_row() -> None:
    features = First()
    AutoMLTransformer(HEADER, features, NALabelEncoder()).fit(ROWS, texts("5", "bad", "7"))
    np.testing.assert_array_equal(features.seen[0], ROWS)
    np.testing.assert_array_equal(features.seen[1], [5, np.nan, 7])


@pytest.mark.parametrize("thin", [False, True])
def test_rows_with_the_target_begin_with_it_and_those_without_a_usable_one_go(thin: bool) -> None:
    both = AutoMLTransformer(HEADER, First(thin), NALabelEncoder()).fit(ROWS, texts("5", "4", "7"))
    np.testing.assert_array_equal(both.transform(WHOLE), [[5, 1]])
    alone = both.transform(ROWS)
    np.testing.assert_array_equal(alone.toarray() if thin else alone, [[1], [2], [3]])
    np.testing.assert_array_equal(both.label_transform(texts("5", "bad")), [5, np.nan])


@pytest.mark.parametrize("width", [1, 6])
def test_any_other_width_is_an_error(width: int) -> None:
    both = AutoMLTransformer(HEADER, First(), NALabelEncoder()).fit(ROWS, texts("5", "4", "7"))
    told = f"Expected number of columns is 2. Number of columns in the received data is {width}."
    with pytest.raises(ValueError, match=told):
        both.transform(np.hstack([WHOLE, WHOLE])[:, :width])


def test_classes_go_there_and_back() -> None:
    binary = RobustLabelEncoder(labels=["no"], fill_label_value="yes", include_unseen_class=True)
    both = AutoMLTransformer(HEADER, First(), binary).fit(ROWS, texts("no", "yes", "hm"))
    np.testing.assert_array_equal(both.feature_transformer.seen[1], [0, 1, 1])
    assert list(both.inverse_label_transform(np.array([0, 1]))) == ["no", "yes"]
    learnt = AutoMLTransformer(HEADER, First(), LabelEncoder()).fit(ROWS, texts("no", "yes", "no"))
    np.testing.assert_array_equal(
        learnt.transform(np.array([["1", "no", "x"], ["2", "yes", "y"]], dtype=object)), [[0, 1], [1, 2]]
    )
    with pytest.raises(ValueError, match="unseen labels"):
        learnt.label_transform(texts("maybe"))
    assert list(learnt.inverse_label_transform(np.array([0, 1]))) == ["no", "yes"]


def test_a_target_without_a_transformer_stays() -> None:
    both = AutoMLTransformer(HEADER, First(), None).fit(ROWS, np.array([1, np.nan, 3.0]))
    np.testing.assert_array_equal(both.feature_transformer.seen[1], [1, np.nan, 3])
    np.testing.assert_array_equal(both.transform(WHOLE[:1]), [[5, 1]])
    assert both.inverse_label_transform([1]) == [1]
