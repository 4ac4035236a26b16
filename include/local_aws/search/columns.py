"""What the data builder found out: the columns, their kinds, the problem, the size."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from include.local_aws.runtimes.data_builder.columns import has_many_categories, teaches


@dataclass(frozen=True)
class Columns:
    """The data builder's report.

    :param names: all columns in the order of the split files, the target first.
    :param labels: (class, rows) in the order of their numbers; empty for a regression.
    :param rows: `train`, `validation` and `dropped` (without a usable target) -> number of rows.
    :param described: per feature `name`, `kind`, `reason` (or how its values are written), `missing`, `distinct`.
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
        """Return the features of a kind, as the data builder names it, in order."""
        return [column["name"] for column in self.described if column["kind"] == kind]

    def of_many_categories(self) -> list[str]:
        """Return the categorical features that have more categories than there are flags for, in order."""
        return [column["name"] for column in self.described if has_many_categories(column)]

    @property
    def numbers_vary(self) -> bool:
        """Whether any column of numbers has more than one."""
        return any(column["kind"] == "numeric" and teaches(column) for column in self.described)

    @property
    def total_rows(self) -> int:
        """Rows that are searched on."""
        return self.rows["train"] + self.rows["validation"]
