"""Expected values: what the library documents, and what its release 2.5.0 answered on scikit-learn 0.23.2."""

from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.automl_extension.missing import RobustImputer, RobustMissingIndicator, is_finite_numeric

nan = np.nan
ROWS = np.array([["1", "", ""], ["3", "x", ""], ["inf", "2", ""], ["nan", "4", "nan"], ["10", "-5", " "]], dtype=object)


def test_what_is_no_finite_number_is_missing() -> None:
    assert is_finite_numeric(ROWS).tolist() == [
        [True, False, False],
        [True, False, False],
        [False, True, False],
        [False, True, False],
        [True, True, False],
    ]


@pytest.mark.parametrize(
    ("settings", "filled"),
    [
        ({}, [[1, 2], [3, 2], [3, 2], [3, 4], [10, -5]]),
        ({"strategy": "mean"}, [[1, 1 / 3], [3, 1 / 3], [14 / 3, 2], [14 / 3, 4], [10, -5]]),
        ({"strategy": "most_frequent"}, [[1, 2], [3, 2], [1, 2], [1, 4], [10, -5]]),
        (
            {"strategy": "constant", "fill_values": nan},
            [[1, nan, nan], [3, nan, nan], [nan, 2, nan], [nan, 4, nan], [10, -5, nan]],
        ),
        ({"strategy": "constant", "fill_values": [1, 2, 3]}, [[1, 2, 3], [3, 2, 3], [1, 2, 3], [1, 4, 3], [10, -5, 3]]),
        ({"strategy": "constant"}, [[1, 0, 0], [3, 0, 0], [0, 2, 0], [0, 4, 0], [10, -5, 0]]),
    ],
)
def test_missing_values_are_filled_in(settings: dict[str, object], filled: list[list[float]]) -> None:
    """A column without any value is left out, unless there is a constant."""
    answer = RobustImputer(**settings).fit_transform(ROWS)  # type: ignore[arg-type]
    assert answer.dtype == np.float64
    np.testing.assert_allclose(answer, filled)


def test_what_is_filled_in_was_learnt() -> None:
    fitted = RobustImputer().fit(np.array([["1"], ["2"], ["9"]], dtype=object))
    assert fitted.transform(np.array([["x"], [7.5]], dtype=object)).tolist() == [[2.0], [7.5]]
    with pytest.raises(ValueError, match="the data has 3 columns, RobustImputer knows 1"):
        fitted.transform(ROWS)


def test_a_mask_of_ones_own_says_what_is_missing() -> None:
    imputer = RobustImputer(object, "constant", "none", np.vectorize(lambda value: value != ""))
    assert imputer.fit_transform(ROWS[:2]).tolist() == [["1", "none", "none"], ["3", "x", "none"]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"strategy": "constant", "fill_values": [1, 2]}, "fill_values has 2 values, the data has 3 columns"),
        ({"strategy": "mode"}, "strategy is 'mode'; it can be mean, median, most_frequent, constant"),
    ],
)
def test_a_wrong_setting_is_told(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RobustImputer(**settings).fit(ROWS)  # type: ignore[arg-type]


def test_missing_values_are_marked() -> None:
    pair = np.array([["1", ""], ["2", "3"]], dtype=object)
    assert RobustMissingIndicator().fit_transform(pair).tolist() == [[False, True], [False, False]]
    some = RobustMissingIndicator(features="missing-only").fit(pair)
    assert some.transform(pair).tolist() == [[True], [False]]
    with pytest.raises(ValueError, match=r"the columns \[0\] lack values and lacked none at the fit"):
        some.transform(np.array([["", ""]], dtype=object))
    calm = RobustMissingIndicator(features="missing-only", error_on_new=False).fit(pair)
    assert calm.transform(np.array([["", ""]], dtype=object)).tolist() == [[True]]
