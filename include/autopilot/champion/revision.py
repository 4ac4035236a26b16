"""Which revision of the code runs: said by the environment, the bundle or git, else unknown. Never guessed."""

from __future__ import annotations

import logging
import os
import subprocess
from importlib.resources import files
from pathlib import Path

UNKNOWN = "unknown"
# Written into a bundle by scripts/mwaa_bundle.py, and there only: a bundle has no git.
BUNDLED = "include/REVISION"
# What runs. A new file in one of these is a change of the code as much as an edited one.
_ROOMS = ("dags", "plugins", "include")

log = logging.getLogger(__name__)


def root_of_code() -> Path:
    """Return the folder that holds include/, wherever in it this file is."""
    return Path(str(files("include"))).parent


def code_revision(root: Path | None = None) -> str:
    """Return the environment variable GIT_REVISION, else what the bundle says, else git's answer, else ``unknown``.

    Git's answer is the commit, with ``-dirty`` where a file was changed since, or one was added to the code.

    :param root: the folder that holds include/, where it is not this code's own; git is asked only if it is a work
        tree's top.
    """
    stated = os.environ.get("GIT_REVISION", "").strip()
    if stated:
        return stated
    place = root_of_code() if root is None else root
    try:
        return (place / BUNDLED).read_text(encoding="utf-8").strip() or UNKNOWN
    except FileNotFoundError:
        return _asked_of_git(place)


def _asked_of_git(root: Path) -> str:
    # A file where the work tree is one of several; a folder elsewhere.
    if not (root / ".git").exists():
        return UNKNOWN
    try:
        commit = _git(root, "rev-parse", "--verify", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
        added = _git(root, "ls-files", "--others", "--exclude-standard", "--", *_ROOMS)
    except (OSError, subprocess.SubprocessError) as error:
        # Not installed, no commit yet, a folder of another user: whoever reads "unknown" finds the reason here.
        said = getattr(error, "stderr", None) or error
        log.warning("The revision of the code is unknown, since git cannot be asked: %s", str(said).strip())
        return UNKNOWN
    return f"{commit}-dirty" if changed or added else commit


def _git(root: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    completed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603
    return completed.stdout.strip()
