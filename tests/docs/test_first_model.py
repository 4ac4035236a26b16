"""docs/first-model.md, command by command, in a copy of the repository: what it says is printed, is."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.examples import commands, missing
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "first-model.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
YAML = Path("include/models/digits.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what the commands need, with the packages that are installed here."""
    for name in ("dags", "include", "plugins", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def printed(command: str, folder: Path) -> list[str]:
    """Run a command as a person would, but for what is installed already; gives what it prints."""
    mine = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "AWS_", "MAKE", "MFLAGS"))
    }
    installed = re.sub(r"^make ", "make --old-file=.venv/.installed ", command, flags=re.MULTILINE)
    ended = subprocess.run(
        ["sh", "-c", installed],
        cwd=folder,
        env=mine,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ended.stdout.splitlines()


def typed(block: str, folder: Path) -> list[str]:
    assert printed(block, folder) == []
    return []


def compared(block: str, folder: Path) -> list[str]:
    found = []
    for command, told in commands(block):
        out = printed(command, folder)
        wrong = missing(told.strip().splitlines(), out)
        if wrong:
            print("\n".join([f"$ {command}", *out]))
        found += wrong
    return found


def shown(block: str, folder: Path) -> list[str]:
    return missing(["...", *block.splitlines(), "..."], (folder / YAML).read_text().splitlines())


def changed(block: str, folder: Path) -> list[str]:
    text = (folder / YAML).read_text()
    old, new = (line[1:] for line in block.splitlines())
    assert text.count(f"\n{old}\n") == 1
    (folder / YAML).write_text(text.replace(f"\n{old}\n", f"\n{new}\n"))
    return []


def reported(block: str, folder: Path) -> list[str]:
    (page,) = (folder / ".local/demo-digits/reports").glob("2024-02-29/report.html")
    said = html.unescape(re.sub(r"<[^>]+>", "", page.read_text()))
    return missing(["...", *block.splitlines(), "..."], said.splitlines())


DONE: dict[str, Callable[[str, Path], list[str]]] = {
    "sh": typed,
    "console": compared,
    "yaml": shown,
    "diff": changed,
    "text": reported,
}


@pytest.mark.whole
@pytest.mark.timeout(900)
def test_the_page_is_what_happens(folder: Path) -> None:
    for kind, block in BLOCKS:
        assert DONE[kind](block, folder) == []
    assert {kind for kind, _ in BLOCKS} == set(DONE)
