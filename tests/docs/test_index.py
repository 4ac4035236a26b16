"""Every page can be found from the index, and no link of any page leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.pages import anchors, dead_links
from tests.support.repository import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("plugins/*/*.md"))]


def test_every_page_is_in_the_index_once() -> None:
    listed = re.findall(r"^\| \[[\w.-]+/?\]\(([\w.-]+/?)\) \| \S", (DOCS / "README.md").read_text(), re.MULTILINE)
    pages = [page.name for page in DOCS.glob("*.md") if page.name != "README.md"]
    folders = [f"{folder.name}/" for folder in DOCS.iterdir() if folder.is_dir()]
    assert sorted(listed) == sorted([*pages, *folders])


def test_the_index_is_grouped() -> None:
    assert anchors((DOCS / "README.md").read_text()) == {"the-pages", "start", "operate", "understand", "reference"}


def test_the_readme_leads_to_the_index() -> None:
    assert "](docs/README.md)" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert dead_links(page) == []


def test_a_dead_link_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# Who is answered, and `how`?\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[1](there.md#who-is-answered-and-how) [2](there.md#who) [3](gone.md) [4](#page) [5](https://x.org/y)\n# Page\n"
    )
    assert dead_links(page) == ["there.md#who", "gone.md"]
