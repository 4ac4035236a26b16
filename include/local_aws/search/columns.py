"""What the data builder found out: the columns, their kinds, the problem, the size."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Columns:
    """The data builder's report.

    :param names: all columns in the order of the split files, the target first.
    :param labels: (class, rows) in the order of their numbers; empty for a regression.
    :param rows: `train`, `validation` and `dropped` (without a usable target) -> number of rows.
    :param described: per feature `name`, `kind`, `reason`, `missing`, `distinct`.
    """

    names: tuple[str, ...]
    target: str
    problem_type: str
    labels: tuple[tuple[str, int], ...]
    rows: dict[str, int]
    described: tuple[dict[str, Any], ...]

    @classmethod
    def read(cls, text: str) -> Columns:
        """Read `columns.json`."""
        report = json.loads(text)
        return cls(
            names=tuple(report["column_names"]),
            target=report["target"],
            problem_type=report["problem_type"],
            labels=tuple((entry["label"], entry["rows"]) for entry in report["labels"]),
            rows=report["rows"],
            described=tuple(report["columns"]),
        )

    def of_kind(self, kind: str) -> list[str]:
        """Return the features of a kind (`numeric`, `categorical`, `text`, `ignored`), in order."""
        return [column["name"] for column in self.described if column["kind"] == kind]

    @property
    def total_rows(self) -> int:
        """Rows that are searched on."""
        return self.rows["train"] + self.rows["validation"]
