from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from include.autopilot.champion.revision import UNKNOWN, code_revision


@pytest.fixture(autouse=True)
def no_word_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_REVISION", raising=False)


def git(folder: Path, *arguments: str) -> str:
    own = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    ended = subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return ended.stdout.strip()


def test_the_environment_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_REVISION", " 1a2b3c ")
    assert code_revision(tmp_path) == "1a2b3c"


def test_without_git_it_is_unknown(tmp_path: Path) -> None:
    assert code_revision(tmp_path) == UNKNOWN
    (tmp_path / ".git").write_text("gitdir: nowhere")
    assert code_revision(tmp_path) == UNKNOWN


def test_git_says_it_and_a_change_is_not_hidden(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("a")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "-q", "-m", "first")
    git(tmp_path, "tag", "-a", "v1", "-m", "v1")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert code_revision(tmp_path) == commit
    (tmp_path / "a.py").write_text("b")
    assert code_revision(tmp_path) == f"{commit}-dirty"
