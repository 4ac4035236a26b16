"""No name leads out of the folder it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.local_aws.folders import LeavesFolder, check, files_in, inside


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "a/b.csv",
        "a b",
        "ä",
        "..a",
        "a..",
        "...",
        "~",
        "-rf",
        "$HOME",
        "a\\b",
        "..\\..\\a",
        "C:\\a",
        "a\nb",
        "x" * 255,
    ],
)
def test_a_name_stays_as_it_is(tmp_path: Path, name: str) -> None:
    path = inside(tmp_path, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert [found for _, found in files_in(tmp_path)] == [name]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "an empty part"),
        ("/etc/passwd", "begins with '/'"),
        ("//a", "begins with '/'"),
        ("..", "the part '..'"),
        ("../a", "the part '..'"),
        ("a/../../b", "the part '..'"),
        ("a/..", "the part '..'"),
        (".", r"the part '\.'"),
        ("a/./b", r"the part '\.'"),
        ("a//b", "an empty part"),
        ("a/", "an empty part"),
        ("a\0b", "a NUL"),
        ("x" * 256, "more than 255 bytes"),
        ("ä" * 128, "more than 255 bytes"),
        ("a/" * 2100 + "a", "longer than a path can be"),
        ("\ud800", "half a character"),
    ],
)
def test_what_is_no_path_within_is_refused_with_the_reason(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(LeavesFolder, match=why) as told:
        inside(tmp_path, name)
    assert len(str(told.value)) < 400


def test_a_link_leads_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "real").mkdir(parents=True)
    (folder / "up").symlink_to("..")
    (folder / "within").symlink_to("real")
    (folder / "circle").symlink_to("circle")
    assert inside(folder, "within/a")
    for name in ("up", "up/a", "up/folder/../a"):
        with pytest.raises(LeavesFolder):
            inside(folder, name)
    with pytest.raises(LeavesFolder, match="leads"):
        list(files_in(folder))


def test_the_folder_itself_may_be_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert inside(tmp_path / "link", "a") == tmp_path / "link" / "a"


def test_files_come_in_the_order_of_their_names_with_links_within(tmp_path: Path) -> None:
    for name in ("b/c", "a", "b/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "b" / "d").symlink_to("../a")
    assert [name for _, name in files_in(tmp_path)] == ["a", "b/a", "b/c", "b/d"]
    (tmp_path / "e").symlink_to("b")
    with pytest.raises(LeavesFolder, match="'e' is a link to a folder"):
        list(files_in(tmp_path))


@given(st.lists(st.sampled_from(["..", ".", "", "a", "\0", "/", "\\", "x" * 300, "\ud800", "ä", "~"]), max_size=6))
def test_whatever_passes_lies_within(parts: list[str]) -> None:
    name = "/".join(parts)
    folder = Path("/folder/of/nobody")
    try:
        check(name)
    except LeavesFolder:
        return
    assert inside(folder, name).is_relative_to(folder)
    assert str(inside(folder, name)) == f"{folder}/{name}"
