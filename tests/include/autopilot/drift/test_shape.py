from __future__ import annotations

import re
from dataclasses import asdict

import numpy as np
import pytest

from include.autopilot.drift.shape import BARS, categories_shape, drawn, numbers_shape


def test_both_times_are_counted_in_the_same_bars() -> None:
    shape = numbers_shape(np.linspace(0, 1, 101), np.linspace(1, 2, 101))
    assert shape is not None
    assert len(shape.names) == len(shape.before) == len(shape.now) == BARS
    assert sum(shape.before) == pytest.approx(1, abs=0.01)
    assert sum(shape.before[:6]) > 0.9 > 0.1 > sum(shape.now[:5])


@pytest.mark.parametrize("values", [np.zeros(3), np.array([1e308]), np.array([0.0, 1e-320])])
def test_constants_and_extremes_have_a_shape(values: np.ndarray) -> None:
    shape = numbers_shape(values, values)
    assert shape is not None
    assert shape.before == shape.now


def test_numbers_without_a_scale_have_none() -> None:
    assert numbers_shape(np.array([-1.7e308] * 3), np.array([1.7e308] * 3)) is None


def test_rare_categories_are_one_bar() -> None:
    shape = categories_shape({f"c{number}": 1 for number in range(30)} | {"often": 70}, {"often": 1, "new": 1})
    assert (shape.names[0], shape.names[-1], len(shape.names)) == ("often", "others", BARS)
    assert shape.before[0] == 0.7
    assert sum(shape.before) == pytest.approx(1)
    assert sum(shape.now) == pytest.approx(1)


def test_the_picture_is_small_and_its_words_are_escaped() -> None:
    svg = str(drawn(asdict(categories_shape({"<b>": 3, "b": 1}, {"b": 4}))))
    assert "before mostly &lt;b&gt; (75%), now mostly b (100%)" in svg
    assert "<b>" not in svg
    assert len(svg) < 700
    assert len(re.findall(r"<path ", svg)) == 2
    assert drawn(None) == ""
