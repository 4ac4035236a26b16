from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from include.autopilot.evaluation.outcome import Classes
from include.autopilot.report.confusion import confusion_svg


def texts(outcome: Classes, title: str = "sealed", target: str = "y") -> list[str]:
    """The texts of the chart, in the order of the drawing."""
    root = ET.fromstring(confusion_svg("sealed", title, target, outcome))  # noqa: S314 - made a line ago
    return [text for element in root.iter() if (text := "".join(element.itertext()).strip()) and not len(element)]


def outcome(size: int, times: int = 1) -> Classes:
    names = tuple(f"c{number}" for number in range(size))
    return Classes(names, names * times, (names[1:] + names[:1]) * times)


def test_counts_stand_in_rows_of_the_measured_class() -> None:
    found = texts(Classes(("no", "yes"), ("no", "no", "no", "yes"), ("no", "yes", "yes", "yes")))
    counts = [text for text in found if text.isdecimal()]
    assert counts == ["1", "2", "1"], "measured no: 1 no and 2 yes; measured yes: 1 yes, and an empty cell"
    assert found.count("no") == found.count("yes") == 2
    assert "predicted y" in found
    assert "measured y" in found


def test_the_diagonal_has_a_count_even_where_it_is_none() -> None:
    counts = [text for text in texts(Classes(("no", "yes"), ("no",), ("yes",))) if text.isdecimal()]
    assert counts == ["0", "1", "0"]


@pytest.mark.parametrize(("size", "shown"), [(12, True), (13, False)])
def test_many_classes_have_shades_only(size: int, shown: bool) -> None:
    assert ("0" in texts(outcome(size))) is shown
    # Every count that is not zero has its shade.
    shades = re.findall(r"fill-opacity|opacity: 0\.55", confusion_svg("s", "s", "y", outcome(size)))
    assert shades


def test_a_shade_is_a_share_of_the_measured_class() -> None:
    few, many = (confusion_svg("s", "s", "y", outcome(3, times)) for times in (1, 1000))
    assert re.findall(r"opacity: [\d.]+", few) == re.findall(r"opacity: [\d.]+", many)


def test_long_and_strange_names() -> None:
    names = ("a very long name of a class", "<b>&$x$")
    found = texts(Classes(names, names, names), title="<i>", target="$y$")
    assert "a very long nam…" in found
    assert "<b>&$x$" in found
    assert "predicted $y$" in found
    assert "<i>" in found
