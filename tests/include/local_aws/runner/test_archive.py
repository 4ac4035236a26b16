from __future__ import annotations

import io
import tarfile
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
