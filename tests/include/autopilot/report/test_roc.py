from __future__ import annotations

import math
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from include.autopilot.evaluation.outcome import Classes
from include.autopilot.report.roc import curve_of, has_roc, roc_svg

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


def curve(outcome: Classes) -> list[tuple[float, float]]:
    """The curve's corners: the last path that is drawn with solid lines from corner to corner."""
    text = roc_svg("sealed", "sealed", outcome)
    paths = re.findall(r'<path d="(M [^"]*)" clip-path="[^"]*" style="fill: none; stroke: var\(--accent\)', text)
    assert len(paths) == 1
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", paths[0])]
    (left, low), (right, high) = points[0], points[-1]
    return [(round((x - left) / (right - left), 3), round((y - low) / (high - low), 3)) for x, y in points]


def test_the_curve_is_that_of_the_second_class() -> None:
    assert curve(OUTCOME) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
    perfect = replace(OUTCOME, probabilities=((0.9, 0.1), (0.8, 0.2), (0.1, 0.9), (0.1, 0.9)))
    assert curve(perfect) == [(0, 0), (0, 1), (1, 1)]


def test_the_axes_name_the_positive_class() -> None:
    text = "".join(ET.fromstring(roc_svg("sealed", "a <title>", OUTCOME)).itertext())  # noqa: S314 - made a line ago
    assert "false alarms (share of rows not yes)" in text
    assert "found (share of yes)" in text
    assert "a <title>" in text


def test_of_many_corners_some_are_drawn_and_both_ends() -> None:
    rows = 20_000
    chances = tuple((1 - place / rows, place / rows) for place in range(rows))
    actual = tuple(KNOWN[place % 2] for place in range(rows))
    alarms, found = curve_of(Classes(KNOWN, actual, actual, chances))
    assert len(alarms) <= 1000
    assert (alarms[0], found[0], alarms[-1], found[-1]) == (0, 0, 1, 1)


def test_a_row_without_a_probability_leaves_no_curve() -> None:
    assert not has_roc(Classes(KNOWN, ACTUAL, ACTUAL, (*((0.5, 0.5),) * (len(ACTUAL) - 1), (math.nan, math.nan))))
