"""The pictures of the documentation show today's pages: where a page has got other words, it is photographed anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.airflow_env import ROOT
from tests.screenshots.shown import PICTURES, SOURCES, recorded, shown, texts_of, words_of


@pytest.mark.parametrize("picture", SOURCES)
def test_a_picture_shows_the_words_of_today(picture: str) -> None:
    assert (PICTURES / f"{picture}.png").stat().st_size < 400_000
    assert recorded()[picture] == shown(picture), f"{picture}.png is out of date: make screenshots"


def test_every_picture_is_shown_somewhere_and_says_what_it_shows() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    found = {
        (page.parent / path).resolve(): text
        for page in pages
        for text, path in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }
    assert {path.name for path in found} == {path.name for path in PICTURES.iterdir()} - {"shown.json"}
    assert all(path.is_file() and len(text) > 20 for path, text in found.items()), found


def test_words_are_what_people_read(tmp_path: Path) -> None:
    page = tmp_path / "page.html.j2"
    page.write_text('<h1 class="x">Models</h1>{% if a %}<p>{{ a }} kept</p>{% endif %}{# why #}<style>p {}</style>')
    assert words_of(page) == "Models kept"
    assert texts_of('"""Doc."""\ndef f():\n    """More."""\n    return ["b", f"a{1}"]\n') == ["b", "a"]
