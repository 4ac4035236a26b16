from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.autopilot.metrics import regression_metrics

VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


def test_by_hand() -> None:
    found = regression_metrics([1, 2, 3, 4], [2, 2, 3, 2])
    assert found.rows == 4
    assert found.rmse == pytest.approx(math.sqrt(5 / 4))
    assert found.mae == pytest.approx(3 / 4)
    assert found.r2 == pytest.approx(1 - 5 / 5)
    assert found.spearman == pytest.approx(math.sqrt(1 / 15), abs=0.1)


@given(st.lists(VALUES, min_size=2, unique=True))
def test_perfection(values: list[float]) -> None:
    found = regression_metrics(values, values)
    assert (found.rmse, found.mae, found.r2) == (0, 0, 1)
    assert found.spearman == pytest.approx(1)


@pytest.mark.parametrize(
    ("actual", "predicted", "r2", "spearman"),
    [([1.0], [2.0], None, None), ([1.0, 1.0], [1.0, 2.0], None, None), ([1.0, 3.0], [2.0, 2.0], 0.0, None)],
)
def test_what_is_not_defined_is_none(
    actual: list[float], predicted: list[float], r2: float | None, spearman: float | None
) -> None:
    found = regression_metrics(actual, predicted)
    assert (found.r2, found.spearman) == (r2, spearman)


@pytest.mark.parametrize(("actual", "predicted"), [([], []), ([1.0, 2.0], [1.0])])
def test_pairs_are_needed(actual: list[float], predicted: list[float]) -> None:
    with pytest.raises(ValueError, match=r"minimum of 1|inconsistent"):
        regression_metrics(actual, predicted)
