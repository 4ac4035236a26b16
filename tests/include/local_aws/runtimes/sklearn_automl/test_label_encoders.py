from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import LabelBinarizer
from sklearn.preprocessing import LabelEncoder as Learnt

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.sklearn_automl.label_encoders import (
    NALabelEncoder,
    RobustLabelEncoder,
    as_numbers,
    encoder_for,
    label_encoder,
)


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def test_numbers_that_are_none_become_nan() -> None:
    encoded = NALabelEncoder().transform(texts("1.5", "", "inf", "target", "-2e3"))
    np.testing.assert_array_equal(encoded, [1.5, np.nan, np.nan, np.nan, -2000.0])


def test_a_binary_problem_takes_everything_but_the_majority_for_the_minority() -> None:
    encoder = RobustLabelEncoder(labels=["no"], fill_label_value="yes", include_unseen_class=True)
    np.testing.assert_array_equal(encoder.transform(texts("no", "yes", " no", "", "maybe")), [0, 1, 1, 1, 1])
    assert encoder.inverse_transform(np.array([0.0, 1.0])) == ["no", "yes"]


def test_a_multiclass_problem_counts_an_unseen_label_after_the_last() -> None:
    encoder = RobustLabelEncoder(labels=["a", "b", "c"])
    np.testing.assert_array_equal(encoder.transform(texts("c", "a", "d")), [2, 0, 3])
    assert encoder.inverse_transform(np.array([2.0, 3.0])) == ["c", "<unseen_label>"]


def test_encoders_survive_their_state() -> None:
    binary = label_encoder(RobustLabelEncoder(["no"], "yes", include_unseen_class=True).state())
    assert binary.inverse_transform(np.array([1.0])) == ["yes"]
    assert np.isnan(label_encoder(NALabelEncoder().state()).transform(texts("x"))).all()


def test_numbers_keep_their_shape() -> None:
    cells = np.array([["1", "x"], ["", "1e400"]], dtype=object)
    np.testing.assert_array_equal(as_numbers(cells), [[1, np.nan], [np.nan, np.nan]])


def test_scikit_learns_encoder_learns_the_classes_and_knows_no_other() -> None:
    """As scikit-learn's own: sorted texts, a blank among them, and an error for what the fit did not have."""
    encoder = encoder_for(Learnt()).fit(texts("no", "yes", "", "no"))
    again = label_encoder(encoder.state())
    np.testing.assert_array_equal(again.transform(texts("yes", "no", "")), [2, 1, 0])
    assert again.inverse_transform(np.array([1.0, 2.0])) == ["no", "yes"]
    with pytest.raises(
        ClientError, match="LabelEncoder does not know the label 'maybe'; the training data had '', 'no', 'yes'"
    ):
        again.transform(texts("no", "maybe"))


def test_any_other_encoder_is_refused_by_name() -> None:
    assert isinstance(encoder_for(NALabelEncoder()), NALabelEncoder)
    with pytest.raises(
        ClientError, match=r"build_label_transform\(\) returns a LabelBinarizer; here it can be a NALabel"
    ):
        encoder_for(LabelBinarizer())
