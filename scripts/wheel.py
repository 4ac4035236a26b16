"""Builds the operators' wheel with what the lock has: ``python -m scripts.wheel [FOLDER]``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "plugins" / "airflow_sagemaker_once"
_EPOCH = "315532800"  # the earliest moment a zip file can name: the same sources give the same bytes


def build(target: Path) -> Path:
    """Build the wheel into ``target``; gives its path."""
    with tempfile.TemporaryDirectory() as folder:
        # Of a copy: setuptools leaves its own files beside what it builds, and Airflow reads the plugins folder.
        source, made = Path(folder) / "source", Path(folder) / "made"
        shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copyfile)
        command = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--no-build-isolation"]
        options = ["--python", sys.executable, "--out-dir", str(made), str(source)]
        subprocess.run([*command, *options], check=True, env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH})
        (wheel,) = made.glob("*.whl")
        target.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(wheel, target / wheel.name))


def main(arguments: list[str]) -> int:
    """Build it into the named folder, ``dist`` unless told; returns the exit code."""
    print(build(Path(arguments[0]) if arguments else ROOT / "dist"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
