from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from include.autopilot.drift.moments import Floats, Moments

NUMBERS = st.floats(-1e12, 1e12) | st.just(float("nan"))
TABLES = arrays(np.float64, st.tuples(st.integers(1, 40), st.just(3)), elements=NUMBERS)


def moments_of(*blocks: Floats) -> Moments:
    moments = Moments(3)
    for block in blocks:
        moments.add(block)
    return moments


@settings(deadline=None, max_examples=50)
@given(table=TABLES, cut=st.integers(0, 40))
def test_pieces_give_what_numpy_gives_for_the_whole(table: Floats, cut: int) -> None:
    moments = moments_of(table[:cut], table[cut:])
    for index in range(3):
        values = table[:, index][np.isfinite(table[:, index])]
        assert moments.count[index] == len(values)
        if len(values):
            assert (moments.minimum[index], moments.maximum[index]) == (values.min(), values.max())
            assert moments.mean[index] == pytest.approx(values.mean(), rel=1e-9, abs=1e-3)
            assert moments.deviation()[index] == pytest.approx(values.std(), rel=1e-6, abs=1e-3)
            assert moments.whole[index] == (values == values.round()).all()


def test_a_large_mean_does_not_drown_a_small_spread() -> None:
    # Sums of squares would give 0 or a negative variance here.
    values = np.repeat([[1e9 + 1, 1e9 + 2, 1e9 + 3]], 3, axis=0) + np.array([[0.0], [1.0], [2.0]])
    assert moments_of(values[:1], values[1:]).deviation() == pytest.approx([np.sqrt(2 / 3)] * 3)


def test_the_largest_floats_overflow_without_a_word() -> None:
    moments = moments_of(np.full((2, 3), 1.7e308), np.full((2, 3), -1.7e308))
    assert not np.isfinite(moments.deviation()).any()
    assert (moments.maximum == 1.7e308).all()
