"""docs/first-model.md in a copy of the repository: each command prints what it says, and the way in the UI works."""

from __future__ import annotations

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.include.local_aws.browser import CHROMIUM
from tests.support.chromium import faults, look, window
from tests.support.examples import commands, missing
from tests.support.repository import ROOT
from tests.support.walk import Walk, steps

PAGE = (ROOT / "docs" / "first-model.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
YAML = Path("include/models/digits.yaml")
HEADING = "## The same in the UI"
SECTION = PAGE.partition(HEADING)[2].partition("\n## ")[0]
SECONDS_TO_START, SECONDS_TO_STOP = 600, 120


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


@pytest.fixture
def prepared(folder: Path) -> Path:
    """What the page has made before its way through the UI begins, but for the search and the retrainings."""
    for kind, block in BLOCKS:
        if not block.startswith("$ make demo") and kind != "text":
            assert DONE[kind](block, folder) == []
    return folder


@pytest.fixture
def up(prepared: Path) -> Iterator[tuple[str, str]]:
    """Run ``make up`` there, without the models that come with the repository; gives its address and its password."""
    for model in (prepared / "include" / "models").glob("bace*.yaml"):
        model.unlink()
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "AWS_", "MAKE"))}
    log = prepared / "up.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [".venv/bin/python", "-m", "scripts.up"], cwd=prepared, env=mine, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            yield _where(process, log)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(SECONDS_TO_STOP)


def _where(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"^Airflow UI +(\S+)\nlogin +admin / (\S+)$", log.read_text(), re.MULTILINE)
        if found and "Ctrl-C stops everything" in log.read_text():
            return found[1], found[2]
        time.sleep(1)
    raise AssertionError(log.read_text())


@pytest.mark.browser
@pytest.mark.timeout(1800)
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")
def test_the_way_through_the_ui_is_what_happens(up: tuple[str, str]) -> None:
    address, password = up
    with window(address) as page:
        # High enough that Airflow's own messages hide no button.
        look(page, 1280, height=1300)
        walk = Walk(page, address, {"the password": password})
        done = 0
        for step in steps(SECTION):
            print(step.group(0), flush=True)
            walk.do(step)
            done += 1
        assert done > 40
        for path in ("", "models/digits", "models/digits/rollback", "models/digits/start/score"):
            for width, dark in ((1280, False), (390, True)):
                look(page, width, dark)
                page.goto(f"{address}/autopilot/{path}")
                assert faults(page) == [], path
