from __future__ import annotations

import math

import pytest

from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.report.ranges import ranges_figure, ranges_of

ROWS = 400


def outcome(error_above: float, rows: int = ROWS) -> Numbers:
    """Predictions 0, 1, 2 …; from the middle on off by an error, up and down."""
    predicted = [float(place) for place in range(rows)]
    actual = [one + (error_above if one >= rows / 2 else 0.1) * (-1) ** int(one) for one in predicted]
    return Numbers(actual, predicted)


def test_the_error_is_told_range_by_range_from_the_lowest_prediction_on() -> None:
    found = ranges_of(outcome(2.0), None)
    assert [one.rows for one in found] == [40] * 10
    assert [round(one.error.value or 0, 6) for one in found] == [0.1] * 5 + [2.0] * 5
    assert (found[0].low, found[0].high, found[-1].high) == (0, 39, 399)
    assert all(one.error.low is not None and one.champion is None for one in found)
    assert [round(one.bias, 6) for one in found] == [0] * 10


def test_the_champions_error_is_of_the_same_rows() -> None:
    ours = outcome(2.0)
    theirs = Numbers(ours.actual, [one + 3 for one in ours.actual])
    found = ranges_of(ours, theirs)
    assert {round(one.champion.value or 0, 6) for one in found if one.champion} == {3.0}
    figure = ranges_figure("ranges", "sealed", "y", found)
    assert [(one.name, one.muted, len(one.y)) for one in figure.series] == [
        ("challenger", False, 10),
        ("champion", True, 10),
    ]
    assert figure.ticks[0] == "0 to 39"


@pytest.mark.parametrize(("rows", "parts"), [(39, 0), (40, 2), (200, 10)])
def test_few_rows_make_few_ranges(rows: int, parts: int) -> None:
    assert len(ranges_of(outcome(1.0, rows), None)) == parts


def test_rows_without_an_answer_are_in_no_range() -> None:
    ours = outcome(1.0)
    assert sum(one.rows for one in ranges_of(Numbers(ours.actual, [math.nan, *ours.predicted[1:]]), None)) == ROWS - 1


def test_a_very_long_holdout_has_errors_without_intervals() -> None:
    found = ranges_of(outcome(1.0, 60_000), None)
    assert [one.error.low for one in found] == [None] * 10
    assert found[-1].error.value == pytest.approx(1.0)
