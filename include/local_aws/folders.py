"""Paths made of what somebody else named: keys, jobs, channels, members of an archive. None leads out of its folder.

What cannot be a file as it is named is refused, never renamed: an object must not turn up under another name, and two
never as one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_LONGEST_NAME = 255  # bytes of one name, in every file system of Linux and macOS
_LONGEST_PATH = 4095


class LeavesFolder(ValueError):
    """A name that is no path within its folder; the message says which and why."""


def inside(folder: Path, name: str) -> Path:
    """Return the path of ``name`` (its parts divided by ``/``) in ``folder``, whether or not anything is there.

    :raises LeavesFolder: it would lie elsewhere, also through a link, or cannot be there under that name.
    """
    check(name)
    path = folder / name
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise LeavesFolder(f"{_shown(name)} is longer than a path can be")
    try:
        leads_out = not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:  # links in a circle
        raise LeavesFolder(f"{_shown(name)} leads nowhere: {error}") from error
    if leads_out:
        raise LeavesFolder(f"{_shown(name)} leads out of its folder through a link")
    return path


def check(name: str) -> None:
    """Raise :class:`LeavesFolder` for a name that no folder can hold as it is. A backslash is a letter like others."""
    told = _why_not(name)
    if told:
        raise LeavesFolder(f"{_shown(name)} {told}")


def files_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file in ``folder``, however deep, with its name there, in the order of their names.

    :raises LeavesFolder: for a link that leads out of the folder, or to a folder.
    """
    found = []
    for place, folders, files in os.walk(folder):
        for name in [*files, *(one for one in folders if Path(place, one).is_symlink())]:
            path = Path(place, name)
            if path.is_symlink():
                inside(folder, path.relative_to(folder).as_posix())
                if path.is_dir():
                    raise LeavesFolder(f"{_shown(name)} is a link to a folder")
            if path.is_file():
                found.append((path, path.relative_to(folder).as_posix()))
    yield from sorted(found, key=lambda one: one[1].split("/"))


def _why_not(name: str) -> str | None:
    try:
        sizes = [len(part.encode()) for part in name.split("/")]
    except UnicodeEncodeError:
        return "has half a character (a lone surrogate)"
    parts = name.split("/")
    if name.startswith("/"):
        return "begins with '/'"
    if ".." in parts or "." in parts:
        return "has the part '..'" if ".." in parts else "has the part '.'"
    if "" in parts:
        return "has an empty part (nothing between, before or after '/')"
    if "\0" in name:
        return "has a NUL"
    return f"has a part of more than {_LONGEST_NAME} bytes" if max(sizes) > _LONGEST_NAME else None


def _shown(name: str) -> str:
    return repr(name if len(name) <= 200 else f"{name[:200]}...")
