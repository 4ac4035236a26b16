from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from include.local_aws.runner import archive
from include.local_aws.runner.failures import JobFailed


def _archive(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def _file(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = 1
    return member


def _link(name: str, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


def _special(name: str, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    return member


def _hard(name: str, target: str) -> tarfile.TarInfo:
    member = _link(name, target)
    member.type = tarfile.LNKTYPE
    return member


def test_a_link_within_the_archive_becomes_a_copy(tmp_path: Path) -> None:
    packed = _archive(
        tmp_path / "a.tar.gz", _file("./code/a"), _link("code/b", "a"), _hard("c", "./code/a"), _file("c2")
    )
    archive.unpack(packed, tmp_path / "out", "s3://b/a")
    for name in ("code/a", "code/b", "c", "c2"):
        assert (tmp_path / "out" / name).read_bytes() == b"x"
        assert not (tmp_path / "out" / name).is_symlink()


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ([_link("a", "a")], "'a' is neither a file nor a link to one in the archive"),
        ([_link("a", "b"), _link("b", "a")], "'a' is neither a file nor a link to one in the archive"),
        ([_hard("code/a", "/etc/passwd")], "'code/a' is neither a file nor a link to one in the archive"),
        ([_file("a"), _file("a/b")], "'a/b' would be both a file and a folder"),
        ([_file("a/b"), _file("a")], "'a' would be both a file and a folder"),
    ],
    ids=["itself", "circle", "elsewhere", "folder later", "file later"],
)
def test_what_is_wrong_with_a_member_is_said_by_its_name(
    tmp_path: Path, members: list[tarfile.TarInfo], told: str
) -> None:
    packed = _archive(tmp_path / "a.tar.gz", *members)
    with pytest.raises(JobFailed) as error:
        archive.unpack(packed, tmp_path / "out", "s3://b/a")
    assert str(error.value) == f"ClientError: Failed to extract model data archive s3://b/a: {told}"


@pytest.mark.parametrize("change", [lambda packed: packed[:-4], lambda packed: packed[:-8] + b"damaged!"])
def test_an_archive_with_the_wrong_check_sum_is_refused(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    packed = _archive(tmp_path / "a.tar.gz", _file("a"))
    packed.write_bytes(change(packed.read_bytes()))
    with pytest.raises(JobFailed, match="Failed to extract model data archive s3://b/a: "):
        archive.unpack(packed, tmp_path / "out", "s3://b/a")


def test_of_two_members_of_one_name_the_later_counts(tmp_path: Path) -> None:
    later = _file("a")
    later.size = 3
    archive.unpack(_archive(tmp_path / "a.tar.gz", _file("a"), later), tmp_path / "out", "s3://b/a")
    assert (tmp_path / "out" / "a").read_bytes() == b"xxx"


def test_a_link_out_of_the_folder_is_not_packed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(JobFailed, match=r"^ClientError: Artifact upload failed:'link' leads out of its folder"):
        archive.pack(tmp_path / "model", tmp_path / "model.tar.gz")


def test_what_is_packed_comes_out_again(tmp_path: Path) -> None:
    (tmp_path / "model" / "code").mkdir(parents=True)
    (tmp_path / "model" / "model.bin").write_bytes(b"\0\1")
    (tmp_path / "model" / "code" / "serve.py").write_text("x = 1")
    archive.pack(tmp_path / "model", tmp_path / "model.tar.gz")
    with tarfile.open(tmp_path / "model.tar.gz") as tar:
        assert sorted(tar.getnames()) == ["code", "code/serve.py", "model.bin"]
    archive.unpack(tmp_path / "model.tar.gz", tmp_path / "out", "s3://b/model.tar.gz")
    assert (tmp_path / "out" / "model.bin").read_bytes() == b"\0\1"
    assert (tmp_path / "out" / "code" / "serve.py").read_text() == "x = 1"


@pytest.mark.parametrize(
    "members",
    [
        [_file("../evil")],
        [_link("link", "/etc"), _file("link/evil")],
        [_link("up", "../..")],
        [_file("a/../../evil")],
        [_link("link", "../../evil")],
        [_link("link", "/etc/passwd")],
        [_link("a", "a")],
        [_link("a", "b"), _link("b", "a")],
        [_link("deep", "/".join(["d" * 200] * 30)), _link("deep/up", "../" * 31), _file("deep/up/evil")],
        [_special("device", tarfile.CHRTYPE)],
        [_special("pipe", tarfile.FIFOTYPE)],
        [_hard("hard", "../../evil")],
        [_hard("hard", "/etc/passwd")],
        [_file("a"), _file("a/b")],
        [_file("x" * 256)],
        [_file("..")],
    ],
)
def test_nothing_is_written_outside_the_folder(tmp_path: Path, members: list[tarfile.TarInfo]) -> None:
    packed = _archive(tmp_path / "evil.tar.gz", *members)
    with pytest.raises(JobFailed, match=r"^ClientError: Failed to extract model data archive s3://b/evil: "):
        archive.unpack(packed, tmp_path / "deep" / "folder", "s3://b/evil")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "evil.tar.gz"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["folder"]


def test_an_absolute_name_lands_inside(tmp_path: Path) -> None:
    packed = _archive(tmp_path / "a.tar.gz", _file("/absolute/file"))
    archive.unpack(packed, tmp_path / "out", "s3://b/a")
    assert (tmp_path / "out" / "absolute" / "file").exists()


@pytest.mark.parametrize("body", [b"", b"no archive", b"\x1f\x8b broken"])
def test_what_is_no_archive_is_told(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "x.tar.gz").write_bytes(body)
    with pytest.raises(JobFailed, match="Failed to extract model data archive s3://b/x"):
        archive.unpack(tmp_path / "x.tar.gz", tmp_path / "out", "s3://b/x")


def test_empty_folders_hold_no_files(tmp_path: Path) -> None:
    assert not archive.has_files(tmp_path / "missing")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert not archive.has_files(tmp_path)
    (tmp_path / "a" / "b" / "c").touch()
    assert archive.has_files(tmp_path)
