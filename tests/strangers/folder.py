"""The programs in the folder that ``STRANGERS`` names, and how each kind of them is run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "STRANGERS"


def programs() -> Iterator[Path]:
    """Give the notebooks and Python files at the top of the folder; none without it."""
    folder = os.environ.get(VARIABLE)
    if folder:
        yield from sorted(one for one in Path(folder).iterdir() if one.suffix in {".ipynb", ".py"})


def variables(folder: Path) -> dict[str, str]:
    """Return the variables that its programs want to find, a line ``NAME=value`` each in its ``.env``; none without."""
    file = folder / ".env"
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def kind_of(program: Path) -> str:
    """Return what a program is: ``notebook``, ``lambda``, ``dags`` or ``program``, by its name and its text."""
    if program.suffix == ".ipynb":
        return "notebook"
    text = program.read_text()
    if "def lambda_handler(" in text:
        return "lambda"
    return "dags" if "airflow" in text and ("DAG(" in text or "@dag" in text) else "program"
