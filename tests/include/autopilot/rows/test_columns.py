from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from include.autopilot.rows.columns import FloatRows, Floats, Texts

TEXTS = ("", "a", "ÄÖ", "a,b\nc", "\ud800")


@pytest.mark.parametrize(
    ("column", "members"),
    [
        (Texts(TEXTS), TEXTS),
        (Floats((1.5, -2.0, math.inf)), (1.5, -2.0, math.inf)),
        (FloatRows(2, [(0.25, 0.75), (1.0, 0.0)]), ((0.25, 0.75), (1.0, 0.0))),
        (Texts(), ()),
        (Floats(), ()),
    ],
)
def test_they_are_sequences_equal_to_others_with_the_same_members(column: Any, members: Any) -> None:
    assert tuple(column) == members
    assert column == members
    assert members == column
    assert column == list(members)
    assert [column[place] for place in range(-len(members), len(members))] == [*members, *members]
    assert column[1:] == members[1:]
    assert column != (*members, "more")
    with pytest.raises(IndexError):
        column[len(members)]


def test_numpy_takes_numbers_without_a_copy() -> None:
    numbers, rows = Floats((1.0, 2.0)), FloatRows(2, [(1.0, 2.0), (3.0, 4.0)])
    assert np.asarray(numbers).tolist() == [1.0, 2.0]
    assert np.asarray(rows).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert np.asarray(numbers).base is not None
    assert np.asarray(Floats()).shape == (0,)


def test_texts_differ_by_where_one_ends() -> None:
    assert Texts(("ab", "c")) != Texts(("a", "bc"))
    assert Texts(("ab", "c")) == Texts(("ab", "c"))


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="3 numbers in a row of 2"):
        FloatRows(2).append((1.0, 2.0, 3.0))


def test_a_million_cells_take_little_more_than_their_bytes() -> None:
    numbers = Floats(range(100_000))
    texts = Texts(str(number) for number in range(100_000))
    assert numbers._numbers.itemsize * len(numbers) == 800_000
    assert len(texts._bytes) + texts._ends.itemsize * len(texts._ends) < 1_300_000
