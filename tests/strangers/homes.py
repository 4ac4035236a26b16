"""Virtual environments for programs of other people, made once below ``.local/strangers`` and kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import ROOT

HOMES = ROOT / ".local" / "strangers"
_SECONDS = 600


def python_of(name: str, *requirements: str) -> Path:
    """Return the interpreter of an environment that has ``requirements``, as pip spells them.

    Skips the test, with what the installer said, where they cannot be had.
    """
    home = HOMES / name
    made, wanted = home / "requirements.txt", "\n".join(requirements)
    python = home / "bin" / "python"
    if not (made.exists() and made.read_text() == wanted):
        shutil.rmtree(home, ignore_errors=True)
        _installer("venv", "--quiet", "--python", sys.executable, str(home))
        _installer("pip", "install", "--quiet", "--python", str(python), *requirements)
        made.write_text(wanted)
    return python


def version_of(python: Path, package: str) -> str:
    """Return the version of a package in an environment."""
    code = f"import importlib.metadata as found; print(found.version({package!r}))"
    return subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def _installer(*command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "uv", *command], check=False, capture_output=True, text=True, timeout=_SECONDS
    )
    if run.returncode:
        pytest.skip(f"uv {' '.join(command[:2])} failed: {run.stderr.strip()[-500:]}")
