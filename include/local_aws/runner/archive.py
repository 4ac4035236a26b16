"""model.tar.gz: packing what a job leaves, unpacking what a model needs."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from include.local_aws.folders import LeavesFolder, files_in, inside
from include.local_aws.runner.failures import JobFailed

_PIECE = 1 << 20


def pack(folder: Path, archive: Path) -> None:
    """Put every file in ``folder`` into a gzipped tar archive, under its name there.

    :raises JobFailed: one is a link that leads out of the folder.
    """
    try:
        with tarfile.open(archive, "w:gz", compresslevel=6, dereference=True) as tar:
            folders = {inner for _, name in files_in(folder) for inner in Path(name).parents} - {Path()}
            for inner in sorted(folders):
                tar.add(folder / inner, arcname=str(inner), recursive=False)
            for path, name in files_in(folder):
                tar.add(path, arcname=name, recursive=False)
    except LeavesFolder as error:
        raise JobFailed(f"ClientError: Artifact upload failed:{error}") from error


def unpack(archive: Path, folder: Path, source: str) -> None:
    """Unpack a gzipped tar archive; nothing in it can write outside ``folder``, and nothing but files comes out of it.

    A link becomes a copy of the member it names. ``tarfile``'s own filter is not relied on: several versions of Python
    have one that long names lead astray.

    :raises JobFailed: naming ``source`` if it is no such archive or tries.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with gzip.open(archive) as packed:
            with tarfile.open(fileobj=packed, mode="r:") as tar:
                for member in tar:
                    _unpack(tar, member, folder)
            while packed.read(_PIECE):
                pass  # the check sum of what was unpacked stands at the end
    except (tarfile.TarError, OSError, EOFError, LookupError, ValueError, RecursionError, zlib.error) as error:
        raise JobFailed(f"ClientError: Failed to extract model data archive {source}: {error}") from error


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    # As tar does: "./a" is "a", and "/a" too.
    name = str(PurePosixPath(member.name.lstrip("/")))
    if name == ".":
        return
    target = inside(folder, name)
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    content = _content(tar, member)
    if content is None:
        raise LeavesFolder(f"{name!r} is neither a file nor a link to one in the archive")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)  # a later member of the same name counts
    except (FileExistsError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
        raise LeavesFolder(f"{name!r} would be both a file and a folder") from error
    with target.open("xb") as file:
        shutil.copyfileobj(content, file)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes] | None:
    try:
        return tar.extractfile(member)
    except (KeyError, RecursionError):  # it names nothing there, or links lead in a circle
        return None


def has_files(folder: Path) -> bool:
    """Whether a folder holds any file, however deep."""
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))
