"""Executes a notebook from top to bottom where it lies: ``run_notebook.py FILE [EXECUTED]``; keeps what it showed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

file = Path(sys.argv[1])
notebook = nbformat.read(file, as_version=4)
try:
    NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(file.parent)}}).execute()
except CellExecutionError as error:
    # SageMaker's SDK has rich show tracebacks, which leaves none for the error to tell.
    sys.exit(f"{error}\n{error.ename}: {error.evalue}")
for executed in sys.argv[2:]:
    nbformat.write(notebook, executed)
print(json.dumps({"cells": sum(cell.cell_type == "code" for cell in notebook.cells)}))
