"""Which revision of the code runs: said by the environment or by git, else unknown. Never guessed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

UNKNOWN = "unknown"
_ROOT = Path(__file__).resolve().parents[2]


def code_revision(root: Path = _ROOT) -> str:
    """Return the environment variable GIT_REVISION, else git's answer (with ``-dirty`` after a change), else unknown.

    :param root: the folder that holds include/; git is asked only if it is a work tree's top.
    """
    stated = os.environ.get("GIT_REVISION", "").strip()
    if stated:
        return stated
    if not (root / ".git").exists():
        return UNKNOWN
    # --exclude hides the tags, which leaves the commit itself.
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return told.stdout.strip() or UNKNOWN
