from __future__ import annotations

import re
from importlib.resources import files
from xml.etree import ElementTree as ET

import pytest

from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.report.chart import DARK, LIGHT, standalone
from include.autopilot.report.parity import parity
from include.autopilot.report.points import points_of
from include.autopilot.report.still import still


def svg(name: str = "sealed", title: str = "sealed", target: str = "y") -> str:
    return still(parity(name, title, target, points_of(("a", "b"), Numbers((1.0, 2.0), (1.5, 2.5)), 10)))


def test_it_is_one_element_that_stands_alone() -> None:
    root = ET.fromstring(svg())  # noqa: S314 - made a line ago
    assert root.tag.endswith("svg")
    assert "measured y" in "".join(root.itertext())
    assert len(re.findall(r'<use [^>]*href="#sealed-', svg())) >= 2
    defined = set(re.findall(r'id="([^"]+)"', svg()))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg())) <= defined


def test_colours_follow_the_page() -> None:
    text = svg()
    assert "var(--accent)" in text
    assert "var(--ink)" in text
    assert not {"#010203", "#040506", "#070809"} & set(re.findall(r"#[0-9a-f]{6}", text))


def test_the_same_data_is_the_same_picture_and_two_fit_on_a_page() -> None:
    assert svg() == svg()
    ids = [set(re.findall(r'id="([^"]+)"', svg(name=name))) for name in ("sealed", "original")]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "a & b", "$x_1^2$ and $"])
def test_texts_are_only_texts(title: str) -> None:
    root = ET.fromstring(svg(title=title, target=title))  # noqa: S314 - made a line ago
    assert title in "".join(root.itertext())
    assert "<script" not in svg(title=title)


def test_a_file_of_its_own_has_the_colours_of_the_page_and_paper_below() -> None:
    text = standalone(svg())
    ET.fromstring(text.partition("\n")[2])  # noqa: S314 - made a line ago
    assert text.index("<style>") < text.index("var(--paper)") < text.index("var(--ink)")
    page = files("include.autopilot.report").joinpath("pages/style.css").read_text(encoding="utf-8")
    light, dark = (dict(re.findall(r"--(\w+): (#\w+)", part)) for part in page.split("@media", 1))
    assert {name: light[name] for name in LIGHT} == LIGHT
    assert {name: dark[name] for name in DARK} == DARK
