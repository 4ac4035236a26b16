"""A table in S3 with the search's knowledge of it, without a search."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from include.local_aws.runtimes.data_builder.columns import describe, problem_type
from include.local_aws.runtimes.data_builder.table import read_table
from include.local_aws.search.columns import Columns
from include.local_aws.search.settings import Settings
from tests.include.local_aws.search.tables import job


def settings_of(bucket: str, target: str = "y", **more: Any) -> Settings:
    request = job(bucket, target=target)
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:automl-job/{request['AutoMLJobName']}"
    return Settings.read({**request, "AutoMLJobArn": arn, **more})


def columns_of(folder: Path, *files: bytes, target: str = "y") -> Columns:
    """Describe a table as the data builder does.

    :param folder: where the files are written.
    """
    (folder / "table").mkdir()
    for number, data in enumerate(files):
        (folder / "table" / f"{number}.csv").write_bytes(data)
    table = read_table(folder / "table", gzipped=False)
    problem = problem_type(table.column(target))
    values = [] if problem == "Regression" else table.column(target).tolist()
    labels = tuple((label, values.count(label)) for label in sorted(set(values)))
    names = (target, *(name for name in table.names if name != target))
    described = tuple(asdict(describe(name, table.column(name))) for name in names[1:])
    return Columns(
        names, target, problem, labels, {"train": len(table.cells), "validation": 0, "dropped": 0}, described
    )
