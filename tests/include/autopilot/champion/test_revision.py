from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from include.autopilot.champion.revision import BUNDLED, UNKNOWN, code_revision

REPOSITORY = Path(__file__).parents[4]


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


def test_of_this_repository_it_is_the_commit_that_git_names() -> None:
    if not (REPOSITORY / ".git").exists():
        pytest.skip("this is not a git work tree")
    assert code_revision().removesuffix("-dirty") == git(REPOSITORY, "rev-parse", "HEAD")


def test_a_bundle_says_it(tmp_path: Path) -> None:
    (tmp_path / BUNDLED).parent.mkdir()
    (tmp_path / BUNDLED).write_text("1a2b3c-dirty\n")
    assert code_revision(tmp_path) == "1a2b3c-dirty"


def test_without_git_it_is_unknown(tmp_path: Path) -> None:
    assert code_revision(tmp_path) == UNKNOWN


def test_where_git_cannot_answer_it_is_unknown_and_the_log_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere")
    assert code_revision(tmp_path) == UNKNOWN
    assert "nowhere" in caplog.text
    caplog.clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code_revision(tmp_path) == UNKNOWN
    assert "No such file or directory: 'git'" in caplog.text


def test_without_a_commit_it_is_unknown(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert code_revision(tmp_path) == UNKNOWN


def test_git_says_it_and_a_change_is_not_hidden(tmp_path: Path) -> None:
    commit = committed(tmp_path)
    git(tmp_path, "tag", "-a", "v1", "-m", "v1")
    assert code_revision(tmp_path) == commit
    (tmp_path / "a.py").write_text("b")
    assert code_revision(tmp_path) == f"{commit}-dirty"


def test_a_file_added_to_the_code_is_a_change_and_notes_beside_it_are_none(tmp_path: Path) -> None:
    commit = committed(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    assert code_revision(tmp_path) == commit
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "new.py").write_text("b")
    assert code_revision(tmp_path) == f"{commit}-dirty"


def test_a_second_work_tree_says_its_own(tmp_path: Path) -> None:
    first = committed(tmp_path / "first")
    git(tmp_path / "first", "worktree", "add", "-q", "-b", "other", str(tmp_path / "second"))
    (tmp_path / "second" / "a.py").write_text("b")
    git(tmp_path / "second", "commit", "-q", "-a", "-m", "second")
    second = git(tmp_path / "second", "rev-parse", "HEAD")
    assert (code_revision(tmp_path / "first"), code_revision(tmp_path / "second")) == (first, second)


def committed(folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q")
    (folder / "a.py").write_text("a")
    git(folder, "add", "a.py")
    git(folder, "commit", "-q", "-m", "first")
    return git(folder, "rev-parse", "HEAD")
