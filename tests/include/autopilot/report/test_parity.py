from __future__ import annotations

import math
import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.report.figure import Figure
from include.autopilot.report.parity import parity, residuals, spread
from include.autopilot.report.points import WORST, points_of
from include.autopilot.report.still import still


def figure(outcome: Numbers, target: str = "pIC50", most: int = 3000) -> Figure:
    keys = [f"row-{number}" for number in range(len(outcome.actual))]
    return parity("sealed-parity", "sealed", target, points_of(keys, outcome, most))


@pytest.mark.parametrize("outcome", [Numbers((1.0,), (1.0,)), Numbers((1.0, 5.0), (2.0, 40.0))], ids=["one", "two"])
def test_measured_and_predicted_have_the_same_scale(outcome: Numbers) -> None:
    root = ET.fromstring(still(figure(outcome)))  # noqa: S314 - made a line ago
    texts = [text.strip() for text in root.itertext() if text.strip()]
    assert {"measured pIC50", "predicted pIC50", "sealed"} <= set(texts)
    ticks = Counter(text for text in texts if re.fullmatch(r"[−0-9.]+", text))  # noqa: RUF001
    assert set(ticks.values()) == {2}


@pytest.mark.parametrize(
    "outcome",
    [
        Numbers((1.0, 2.0), (math.nan, math.inf)),
        Numbers((1.0, 2.0), (1e308, -1e308)),
        Numbers((1e299, -1e299), (0.0, 0.0)),
    ],
)
def test_absurd_numbers_spoil_no_page(outcome: Numbers) -> None:
    points = points_of(("a", "b"), outcome, 10)
    figures = [figure(outcome), residuals("r", "r", "y", points), spread("s", "s", "y", outcome)]
    assert all(still(one).startswith("<svg") for one in figures if one is not None)
    assert (figures[-1] is None) is (not points.keys)


def test_of_many_rows_some_are_shown_the_worst_among_them_and_it_is_said() -> None:
    many = [float(number) for number in range(10_000)]
    answers = list(many)
    answers[4321] += 500
    points = points_of([f"row-{number}" for number in range(10_000)], Numbers(many, answers), 3000)
    assert 2900 < len(points.keys) <= 3000
    assert (points.keys[0], points.keys[-1]) == ("row-0", "row-9999")
    assert points.errors[points.keys.index("row-4321")] == 500
    assert "3,000 of 10,000 rows" in points.shown or f"{len(points.keys):,} of 10,000 rows" in points.shown
    assert points.shown in parity("p", "sealed", "y", points).said
    assert len(points_of(["a"] * 10, Numbers(many[:10], many[:10]), WORST + 10).keys) == 10


def test_the_histogram_counts_every_row_and_is_even_on_both_sides() -> None:
    found = spread("s", "sealed", "y", Numbers((0.0,) * 100, (*(1.0,) * 60, *(-0.5,) * 40)))
    assert found is not None
    counts = found.series[0].y
    assert sum(count or 0 for count in counts) == 100
    assert len(counts) % 2 == 1
    assert float(found.ticks[0]) == -float(found.ticks[-1])
    uneven = spread("s", "sealed", "y", Numbers((0.0,) * 200, (2.128, *(0.1,) * 199)))
    assert uneven is not None
    assert uneven.ticks[len(uneven.ticks) // 2] == "0"
    assert "On average +0.4; half of the errors are smaller than 1." in found.said


def test_thousands_of_points_are_one_small_path() -> None:
    many = [number / 7 for number in range(3000)]
    drawn = still(figure(Numbers(many, many)))
    assert len(drawn) < 80_000
    assert max(path.count("h0") for path in re.findall(r' d="([^"]*)"', drawn)) == 3000
