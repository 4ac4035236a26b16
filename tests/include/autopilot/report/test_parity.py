from __future__ import annotations

import math
import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.report.parity import drawn_pairs, parity_svg


@pytest.mark.parametrize("outcome", [Numbers((1.0,), (1.0,)), Numbers((1.0, 5.0), (2.0, 40.0))], ids=["one", "two"])
def test_measured_and_predicted_have_the_same_scale(outcome: Numbers) -> None:
    root = ET.fromstring(parity_svg("sealed", "sealed", "pIC50", outcome))  # noqa: S314 - made a line ago
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
    assert parity_svg("sealed", "sealed", "y", outcome).startswith("<svg")


def test_of_many_rows_some_are_drawn_and_the_title_says_so() -> None:
    many = tuple(map(float, range(10_000)))
    drawn = drawn_pairs(Numbers(many, many))[0]
    assert 2000 < len(drawn) <= 3000
    assert drawn[0] == 0
    assert "sealed (2,500 of 10,000 rows)" in parity_svg("sealed", "sealed", "y", Numbers(many, many))
