"""Expected values: what the library's release 2.5.0 answered on scikit-learn 0.23.2, for arrays of texts or numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from include.local_aws.runtimes.automl_extension.evidence import WOEEncoder

SEX = np.array(list("mfmmfmfmmm"), dtype=object).reshape(-1, 1)
TARGET = np.array([0, 1, 0, 0, 1, 0, 1, 0, 1, 0])
SPREAD = np.array([1, 2, 3, 4, 50, 60, 70, 800, 900, 1000.0]).reshape(-1, 1)
GRADES = np.array(list("aaabbbccd"), dtype=object).reshape(-1, 1)
PASSED = [0, 0, 1, 0, 1, 1, 1, 1, 0]


def of_sex(settings: dict[str, Any], target: Any = TARGET) -> list[float]:
    """What m and f are encoded as."""
    encoded = WOEEncoder(**settings).fit(SEX, target).transform(SEX[:2])
    return [float(value) for value in encoded.ravel()]


@pytest.mark.parametrize(
    ("settings", "m", "f"),
    [
        ({}, 1.06087196, -2.35137526),  # by hand: ln((6 + 0.5) / 6) - ln((1 + 0.5) / 4), ln(0.5 / 6) - ln(3.5 / 4)
        ({"laplace": True}, 1.12986483, -2.28238239),  # ln(6.5 / 7) - ln(1.5 / 5)
        ({"alpha": 2}, 0.57536414, -1.32175584),
        ({"alpha": 5.0, "laplace": True}, 0.47260441, -0.60353502),
        ({"alpha": 0}, 1.38629436, -np.inf),
        ({"alpha": 0, "laplace": True}, 1.38629436, -np.inf),
    ],
)
def test_a_category_says_which_class_is_likely(settings: dict[str, Any], m: float, f: float) -> None:
    np.testing.assert_allclose(of_sex(settings), [m, f], atol=1e-8)


def test_the_first_class_by_its_label_is_the_positive_one() -> None:
    plain = of_sex({})
    assert of_sex({}, np.where(TARGET, "yes", "no")) == of_sex({}, TARGET.astype(float)) == plain
    np.testing.assert_allclose(of_sex({}, np.where(TARGET, 5, 7)), -np.array(plain), atol=1e-12)


def test_laplace_counts_the_two_classes_and_not_the_categories() -> None:
    encoder = WOEEncoder(alpha=2, laplace=True).fit(GRADES, PASSED)
    places, evidence = encoder.woe_pairs_[0]
    assert places == {"a": 0, "b": 1, "c": 2, "d": 3}
    np.testing.assert_allclose(evidence, [0.40546511, -0.16989904, -0.57536414, 0.52324814], atol=1e-8)


@pytest.mark.parametrize(
    ("binning", "edges", "encoded"),
    [
        ("uniform", [1, 334, 667, 1000], [-0.15415068] * 7 + [0.10536052] * 3),
        ("quantile", [1, 4, 70, 1000], [0.10536052] * 6 + [-0.40546511] * 4),
        ("kmeans", [1, 438.57142857, 925, 1000], [-0.15415068] * 7 + [-0.40546511] * 2 + [0.69314718]),
    ],
)
def test_numbers_are_binned_first(binning: str, edges: list[float], encoded: list[float]) -> None:
    encoder = WOEEncoder(binning=binning, n_bins=3).fit(SPREAD, TARGET)
    np.testing.assert_allclose(encoder.binner_.bin_edges_[0], edges)
    np.testing.assert_allclose(encoder.transform(SPREAD).ravel(), encoded, atol=1e-8)
    beyond = encoder.transform(np.array([[-100], [1e9]]))
    np.testing.assert_allclose(beyond.ravel(), [encoded[0], encoded[-1]], atol=1e-8)
    as_texts = np.array([[str(number)] for number in SPREAD.ravel()], dtype=object)
    np.testing.assert_array_equal(encoder.transform(as_texts), encoder.transform(SPREAD))


def test_the_example_of_its_documentation_with_two_bins() -> None:
    age = np.array([54, 73, 76, 30, 53, 33, 28, 51, 62, 43]).reshape(-1, 1)
    encoded = WOEEncoder(binning="quantile", n_bins=2).fit_transform(age, TARGET)
    low, high = 0.69314718, -0.74193734
    np.testing.assert_allclose(encoded.ravel(), [high, high, high, low, high, low, low, low, high, low], atol=1e-8)


def test_columns_are_encoded_each_by_itself() -> None:
    both = np.hstack([SEX, SEX[::-1]])
    encoded = WOEEncoder().fit_transform(both, TARGET)
    np.testing.assert_allclose(encoded[:2], [[1.06087196, -0.15415068], [-2.35137526, -0.15415068]], atol=1e-8)


def test_a_number_is_one_category_however_it_is_written() -> None:
    encoder = WOEEncoder().fit(np.array([["1"], ["2"], ["2"], ["1"]], dtype=object), [0, 1, 1, 0])
    encoded = encoder.transform(np.array([["1.0"], ["02"], [2]], dtype=object))
    np.testing.assert_allclose(encoded.ravel(), [1.60943791, -1.60943791, -1.60943791], atol=1e-8)


def test_a_blank_is_a_category_and_a_value_that_is_not_there_is_none() -> None:
    cells = np.array([["a"], [""], ["d"], ["a"]], dtype=object)
    assert WOEEncoder().fit(cells, [0, 1, 1, 0]).transform([[""]])[0, 0] == pytest.approx(-1.09861229)
    for missing in (None, np.nan):
        cells[1, 0] = missing
        with pytest.raises(ValueError, match="column 0 has missing values; fill them in before"):
            WOEEncoder().fit(cells, [0, 1, 1, 0])


@pytest.mark.parametrize(
    ("settings", "cell", "told"),
    [
        ({}, "z", "'z' in column 0 is of no category that a row of the fit had"),
        ({"binning": "uniform", "n_bins": 5}, 300.0, "300.0 in column 0 is of no category"),  # its bin was empty
        ({"binning": "uniform"}, "z", "'z' in column 0 is no finite number"),
        ({"binning": "uniform"}, np.nan, "column 0 has missing values"),
    ],
)
def test_what_the_fit_had_no_row_of_is_an_error(settings: dict[str, Any], cell: Any, told: str) -> None:
    encoder = WOEEncoder(**settings).fit(SPREAD if settings else SEX, TARGET)
    with pytest.raises(ValueError, match=told):
        encoder.transform(np.array([[cell]], dtype=object))


@pytest.mark.parametrize(
    ("settings", "target", "told"),
    [
        ({}, None, r"needs the target: fit\(X, y\)"),
        ({}, TARGET[:5], "the target has 5 values, the data has 10 rows"),
        ({}, np.arange(10) % 3, r"needs a target of two classes; this one has 3: \[0, 1, 2\]"),
        ({}, np.zeros(10), "this one has 1: "),
        ({}, np.where(TARGET, np.nan, 0), "the target has missing values"),
        ({"alpha": -1}, TARGET, "alpha is -1; it can be 0 or more"),
        ({"binning": "equal"}, TARGET, "binning is 'equal'; it can be None, uniform, quantile, kmeans"),
        ({"binning": "uniform", "n_bins": 1}, TARGET, "n_bins is 1; it can be a whole number from 2"),
    ],
)
def test_a_fit_that_cannot_be_is_refused(settings: dict[str, Any], target: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        WOEEncoder(**settings).fit(SEX if not settings.get("binning") else SPREAD, target)


def test_it_is_fitted_before_it_encodes_and_for_as_many_columns() -> None:
    with pytest.raises(ValueError, match="not fitted yet"):
        WOEEncoder().transform(SEX)
    with pytest.raises(ValueError, match="the data has 2 columns, WOEEncoder knows 1"):
        WOEEncoder().fit(SEX, TARGET).transform(np.hstack([SEX, SEX]))
