"""The two notebooks Autopilot leaves: what the data are like, and which candidates it is going to try."""

from __future__ import annotations

import json
from typing import Any

from include.local_aws.search.columns import Columns
from include.local_aws.search.names import Names
from include.local_aws.search.objectives import Objective
from include.local_aws.search.processors import Processor
from include.local_aws.search.space import SPACES

EXPLORATION = "SageMakerAutopilotDataExplorationNotebook.ipynb"
DEFINITION = "SageMakerAutopilotCandidateDefinitionNotebook.ipynb"


def exploration(names: Names, columns: Columns) -> str:
    """Write the data exploration notebook: rows, classes, and every column's kind, missing and distinct values."""
    rows = ", ".join(f"{part}: {count}" for part, count in columns.rows.items())
    table = ["| column | kind | missing | distinct | note |", "|---|---|---|---|---|"]
    table += [
        f"| {_cell(column['name'])} | {column['kind']} | {column['missing']} | {column['distinct']} | "
        f"{column['reason']} |"
        for column in columns.described
    ]
    cells = [
        f"# Data exploration of {names.job}\n\n{columns.problem_type} of `{columns.target}`. Rows: {rows}.",
        "## Columns\n\n" + "\n".join(table),
    ]
    if columns.labels:
        classes = "\n".join(f"| {_cell(label)} | {count} |" for label, count in columns.labels)
        cells.insert(1, f"## Classes\n\n| class | rows |\n|---|---|\n{classes}")
    return _notebook(cells)


def definition(names: Names, objective: Objective, processors: tuple[Processor, ...]) -> str:
    """Write the candidate definition notebook: the data processors and the ranges that are searched."""
    dpps = "\n".join(f"- `dpp{one.number}-{one.algorithm.name}`: {one.title} ({one.accept})" for one in processors)
    algorithms = list(dict.fromkeys(one.algorithm for one in processors))
    tuned = "\n".join(
        f"| {algorithm.name} | {name} | {values} |"
        for algorithm in algorithms
        for name, values in SPACES[algorithm.name].ranges().items()
    )
    logged = ", ".join(f"`{name}`" for name in dict.fromkeys(map(objective.logged_by, algorithms)))
    goal = f"{objective.direction.capitalize()} {objective.name} ({logged})."
    return _notebook(
        [
            f"# Candidates of {names.job}\n\n{goal}",
            f"## Data processors\n\n{dpps}\n\nTheir code is in `{names.generated_module}`.",
            f"## Hyperparameter ranges\n\n| algorithm | hyperparameter | range |\n|---|---|---|\n{tuned}",
        ]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _notebook(texts: list[str]) -> str:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": text.splitlines(keepends=True)}
        for number, text in enumerate(texts)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})
