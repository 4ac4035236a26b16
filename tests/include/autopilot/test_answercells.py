"""Single cells of answers."""

from __future__ import annotations

import pytest

from include.autopilot.answercells import answered_order
from include.autopilot.errors import EvaluationError
from include.autopilot.labels import Labels


@pytest.mark.parametrize(
    ("cell", "known", "order"),
    [
        ("['no', 'yes']", ("no", "yes"), (0, 1)),
        ("['yes', 'no']", ("no", "yes"), (1, 0)),
        ('["c", "a", "b"]', ("a", "b", "c"), (1, 2, 0)),
        ("[1, 0]", ("0", "1"), (1, 0)),
        ("['it''s']", ("its",), (0,)),
    ],
)
def test_the_order_of_classes(cell: str, known: tuple[str, ...], order: tuple[int, ...]) -> None:
    assert answered_order("line 1", cell, Labels(known)) == order


@pytest.mark.parametrize("cell", ["", "yes", "['yes']", "['no', 'no']", "['no', 'maybe']", "__import__('os')", "{}"])
def test_other_classes_are_refused(cell: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        answered_order("out.csv line 3", cell, Labels(("no", "yes")))
    assert str(caught.value) == f"out.csv line 3: {cell!r} is not a list of the classes 'no', 'yes'."
