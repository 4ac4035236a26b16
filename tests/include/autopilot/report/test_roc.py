from __future__ import annotations

import math
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from include.autopilot.evaluation.outcome import Classes
from include.autopilot.report.roc import calibration, curve_of, has_roc, precision_recall, roc
from include.autopilot.report.still import still

KNOWN = ("no", "yes")
ACTUAL = ("no", "no", "yes", "yes")
OUTCOME = Classes(KNOWN, ACTUAL, ACTUAL, ((0.9, 0.1), (0.6, 0.4), (0.65, 0.35), (0.2, 0.8)))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (OUTCOME, True),
        (replace(OUTCOME, probabilities=None), False),
        (replace(OUTCOME, known=()), False),
        (replace(OUTCOME, known=("a", "b", "c")), False),
        (replace(OUTCOME, actual=("yes",) * 4), False),
    ],
)
def test_there_is_a_curve_where_there_can_be_one(outcome: Classes, expected: bool) -> None:
    assert has_roc(outcome) is expected


def points(outcome: Classes) -> list[tuple[float, float]]:
    (line, *_) = roc("sealed-roc", "sealed", outcome).series
    return [(round(x, 3), round(y or 0.0, 3)) for x, y in zip(line.x, line.y, strict=True)]


def test_the_curve_is_that_of_the_second_class() -> None:
    assert points(OUTCOME) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
    perfect = replace(OUTCOME, probabilities=((0.9, 0.1), (0.8, 0.2), (0.1, 0.9), (0.1, 0.9)))
    assert points(perfect) == [(0, 0), (0, 1), (1, 1)]


def test_the_axes_name_the_positive_class() -> None:
    text = "".join(ET.fromstring(still(roc("sealed", "a <title>", OUTCOME))).itertext())  # noqa: S314 - made a line ago
    assert "false alarms (share of rows not yes)" in text
    assert "found (share of yes)" in text
    assert "a <title>" in text


def test_the_champions_curve_stands_back_beside_it() -> None:
    worse = replace(OUTCOME, probabilities=((0.1, 0.9), (0.2, 0.8), (0.9, 0.1), (0.9, 0.1)))
    for figure in (roc("r", "sealed", OUTCOME, worse), precision_recall("p", "sealed", OUTCOME, worse)):
        assert [(one.name, one.muted) for one in figure.series if one.told] == [
            ("challenger", False),
            ("champion", True),
        ]


def test_precision_and_recall_end_where_nothing_is_found_and_where_all_is() -> None:
    line = precision_recall("p", "sealed", OUTCOME).series[0]
    assert (line.x[-1], line.y[-1]) == (0, 1)
    assert (line.x[0], line.y[0]) == (1, 0.5)


def test_calibration_says_what_a_probability_is_worth() -> None:
    rows = 1000
    chances = tuple((1 - one, one) for one in ([0.2] * 500 + [0.8] * 500))
    actual = tuple("yes" if place % 5 == 0 or place >= 500 else "no" for place in range(rows))
    rows_seen, honest = calibration("c", "sealed", Classes(KNOWN, actual, actual, chances)).series
    assert {round(x, 3): round(y or 0, 3) for x, y in zip(rows_seen.x, rows_seen.y, strict=True)} == {
        0.2: 0.2,
        0.8: 1.0,
    }
    assert all(low < value <= high for low, value, high in zip(rows_seen.low, rows_seen.y, rows_seen.high, strict=True))
    assert set(rows_seen.keys) == {"100 rows"}
    assert not honest.told


def test_of_many_corners_some_are_drawn_and_both_ends() -> None:
    rows = 20_000
    chances = tuple((1 - place / rows, place / rows) for place in range(rows))
    actual = tuple(KNOWN[place % 2] for place in range(rows))
    alarms, found = curve_of(Classes(KNOWN, actual, actual, chances))
    assert len(alarms) <= 1000
    assert (alarms[0], found[0], alarms[-1], found[-1]) == (0, 0, 1, 1)


def test_a_row_without_a_probability_leaves_no_curve() -> None:
    assert not has_roc(Classes(KNOWN, ACTUAL, ACTUAL, (*((0.5, 0.5),) * (len(ACTUAL) - 1), (math.nan, math.nan))))
