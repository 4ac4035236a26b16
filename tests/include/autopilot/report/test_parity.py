from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from include.autopilot.report.outcome import Numbers
from include.autopilot.report.parity import parity_svg


@pytest.mark.parametrize("outcome", [Numbers((1.0,), (1.0,)), Numbers((1.0, 5.0), (2.0, 40.0))], ids=["one", "two"])
def test_measured_and_predicted_have_the_same_scale(outcome: Numbers) -> None:
    root = ET.fromstring(parity_svg("sealed", "sealed", "pIC50", outcome))  # noqa: S314 - made a line ago
    texts = [text.strip() for text in root.itertext() if text.strip()]
    assert {"measured pIC50", "predicted pIC50", "sealed"} <= set(texts)
    ticks = Counter(text for text in texts if re.fullmatch(r"[−0-9.]+", text))  # noqa: RUF001
    assert set(ticks.values()) == {2}
