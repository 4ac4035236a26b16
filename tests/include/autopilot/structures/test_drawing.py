"""Structures as pictures: what is drawn, what stays text, and that nothing of a text gets into a picture."""

from __future__ import annotations

import sys
from xml.etree import ElementTree

import pytest

from include.autopilot.structures.drawing import drawn

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
HOSTILE = [
    "<script>alert(1)</script>",
    "CCO <script>alert(1)</script>",
    "CCO |$<script>$|",
    '"onload="x',
    "C'C",
    "\u202eOCC",
    "C\u0000C",
    "C" * 10_000,
    "(" * 500,
    "",
    " ",
    "SYNTHETIC_1",
    "C1CC",
    "F(F)(F)(F)F",
    "C" * 400,
]


def test_a_structure_is_drawn_in_the_colour_of_the_text() -> None:
    svg = drawn(ASPIRIN, "Structure of row 1")
    assert svg is not None
    picture = ElementTree.fromstring(svg)  # noqa: S314 - what was just drawn
    assert picture.attrib["aria-label"] == "Structure of row 1"
    assert {path.attrib.get("stroke", path.attrib["fill"]) for path in picture} == {"currentColor"}
    assert "style" not in svg
    # 13 heavy atoms: at least a stroke for each bond.
    assert svg.count("M ") > 13
    assert len(svg) < 12_000


def test_two_structures_are_two_pictures() -> None:
    assert drawn("CCO", "a") != drawn("CCN", "a")
    assert drawn("CCO", "a") == drawn("CCO", "a")


def test_an_atom_that_is_no_carbon_has_its_letter() -> None:
    plain, lettered = drawn("CCC", "a"), drawn("CCO", "a")
    assert plain is not None
    assert lettered is not None
    assert 'fill="currentColor"' not in plain
    assert 'fill="currentColor"' in lettered


def test_a_wedge_is_drawn() -> None:
    """The two hands of a molecule differ by their wedges alone."""
    assert drawn("C[C@H](N)C(=O)O", "a") != drawn("C[C@@H](N)C(=O)O", "a")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_structure_is_no_picture_and_silent(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert drawn(text, "a") is None
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_label_cannot_leave_its_quotes() -> None:
    svg = drawn("CCO", 'a"><script>')
    assert svg is not None
    assert ' aria-label="ascript">' in svg


def test_without_rdkit_there_are_no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rdkit.Chem.Draw.rdMolDraw2D", None)
    assert drawn("CCO", "a") is None
