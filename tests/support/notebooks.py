"""Executes a notebook as a person would: in a kernel of its own, from top to bottom, at a given endpoint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from tests.support.repository import ROOT

RUN = ROOT / "tests" / "strangers" / "programs" / "run_notebook.py"


def execute(text: str, folder: Path, url: str, **values: Any) -> Any:
    """Run a notebook's cells; return the notebook with what they showed.

    :param values: what a person writes into the cell of parameters.
    """
    notebook = nbformat.reads(text, as_version=4)
    if values:
        (place,) = [at for at, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
        chosen = "\n".join(f"{name} = {value!r}" for name, value in values.items())
        notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(chosen))
    file, done = folder / "notebook.ipynb", folder / "executed.ipynb"
    nbformat.write(notebook, file)
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    run = subprocess.run(
        [sys.executable, str(RUN), str(file), str(done)],
        check=False, capture_output=True, text=True, env=environment, cwd=folder, timeout=900,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-6000:]
    executed = nbformat.read(done, as_version=4)
    warned = [one["text"] for one in outputs(executed) if one.get("name") == "stderr"]
    assert warned == []
    return executed


def outputs(notebook: Any) -> list[Any]:
    """Return what the cells of code put out."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def shown(notebook: Any) -> str:
    """Return all that the cells printed and showed as text."""
    told = outputs(notebook)
    return "\n".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in told)


def pictures(notebook: Any) -> int:
    """Count the charts."""
    return sum("image/png" in one.get("data", {}) for one in outputs(notebook))
