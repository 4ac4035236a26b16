"""The data exploration notebook: what the search found out in words, and cells that read the table and look at it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from include.cells.missing import MISSING
from include.local_aws.search.columns import Columns
from include.local_aws.search.notebooks.book import Book, escaped, table
from include.local_aws.search.settings import Settings

EXPLORATION = "SageMakerAutopilotDataExplorationNotebook.ipynb"
_WHAT_IT_DOES = """
Run all cells: they read the table from S3 with boto3 at whatever endpoint is configured; pandas and matplotlib are
needed."""


def exploration(settings: Settings, columns: Columns, source: str | None) -> str:
    """Write the notebook.

    :param source: where the rows come from, as their object says; None if it does not.
    """
    book = Book()
    book.words(_title(settings, columns, source))
    book.values(
        "What was searched. Another table with the same columns can be named here.",
        {
            "AUTOML_JOB": settings.name,
            "REGION": settings.region,
            "DATA_SOURCE": source,
            "INPUTS": [asdict(channel) for channel in settings.channels],
            "TARGET": columns.target,
            "PROBLEM_TYPE": columns.problem_type,
            "MISSING": sorted(MISSING),
            "KINDS": {column["name"]: column["kind"] for column in columns.described},
        },
        parameters=True,
    )
    book.cells(Path(__file__).with_name("exploration.txt"))
    return book.render()


def _title(settings: Settings, columns: Columns, source: str | None) -> str:
    rows = ", ".join(f"{part}: {count}" for part, count in columns.rows.items())
    parts = [
        f"# Data exploration of {settings.name}",
        f"{columns.problem_type} of {escaped(columns.target)}. Rows: {rows}."
        + (f" Data source: {escaped(source)}." if source else ""),
        _WHAT_IT_DOES,
    ]
    if columns.labels:
        classes = [(escaped(label), count) for label, count in columns.labels]
        parts += ["## Classes the search saw", table(("class", "rows"), classes)]
    described = [
        (escaped(one["name"]), one["kind"], one["missing"], one["distinct"], one["reason"]) for one in columns.described
    ]
    parts += ["## Columns the search saw", table(("column", "kind", "missing", "distinct", "note"), described)]
    return "\n\n".join(parts)
