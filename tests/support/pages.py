"""A page of docs/: its links, its tables, what it writes as code, and the commands that it shows."""

from __future__ import annotations

import re
from pathlib import Path

_FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """Give a page without its blocks of code."""
    return _FENCED.sub("", text)


def spans(text: str) -> list[str]:
    """Give what stands as code within the lines."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def rows(text: str) -> list[list[str]]:
    """Give the cells of all tables, without the lines below their heads."""
    lines = [line for line in prose(text).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def shell(text: str) -> list[str]:
    """Give the commands of the blocks that are sh, one line each."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def anchors(text: str) -> set[str]:
    """Give the names by which a page's titles are linked to."""
    titles = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def dead_links(page: Path) -> list[str]:
    """Give the links of a page to files and titles that are not there; other sites are not asked."""
    found = []
    for link in re.findall(r"\]\((?!\w+:)([^)]+)\)", prose(page.read_text())):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            found.append(link)
    return found
