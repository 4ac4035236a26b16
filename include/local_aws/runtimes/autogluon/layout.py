"""What the training job is told about the columns: the data builder's report, from the `columns` channel."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.data_builder.columns import has_many_categories
from include.local_aws.runtimes.estimators.task import BINARY, MULTICLASS, REGRESSOR, Task
from include.local_aws.runtimes.sklearn_automl.header import Header
from include.local_aws.runtimes.sklearn_automl.label_encoders import LabelEncoder, NALabelEncoder, RobustLabelEncoder

FILE_NAME = "columns.json"
_PREDICTORS = {
    "Regression": REGRESSOR,
    "BinaryClassification": BINARY,
    "MulticlassClassification": MULTICLASS,
}


@dataclass(frozen=True)
class Layout:
    """The columns of the training data.

    :param header: all columns in the order of the files, and which is the target.
    :param kinds: feature column -> its kind, as the data builder names it.
    :param many: the columns of more categories than flags are made of.
    :param labels: the classes in AutoGluon's order, of two the second is class 1; empty for a regression.
    """

    header: Header
    task: Task
    kinds: dict[str, str]
    labels: tuple[str, ...]
    many: frozenset[str] = frozenset()

    @classmethod
    def read(cls, folder: Path) -> Layout:
        """Read `columns.json` in a channel's folder.

        :raises ClientError: it is not there, or tells no problem that is known.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            raise ClientError(f"Missing required channel: columns (with {FILE_NAME})")
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        predictor = _PREDICTORS.get(report["problem_type"])
        if predictor is None:
            raise ClientError(f"{FILE_NAME}: the problem type {report['problem_type']} is not done here")
        labels = tuple(ordered(entry["label"] for entry in report["labels"]))
        return cls(
            Header(report["column_names"], report["target"]),
            Task(predictor, len(labels)),
            {column["name"]: column["kind"] for column in report["columns"]},
            labels,
            frozenset(column["name"] for column in report["columns"] if has_many_categories(column)),
        )

    def of_kind(self, kind: str) -> list[int]:
        """Return the places of a kind's columns among the features."""
        return [place for place, name in enumerate(self.header.feature_names) if self.kinds[name] == kind]

    def of_many_categories(self) -> list[int]:
        """Return the places of the categorical columns that have more categories than flags are made of."""
        return [place for place in self.of_kind("categorical") if self.header.feature_names[place] in self.many]

    def encoder(self) -> LabelEncoder:
        """Return how the target becomes a number."""
        return RobustLabelEncoder(list(self.labels)) if self.labels else NALabelEncoder()


def ordered(labels: Iterable[str]) -> list[str]:
    """Return classes as AutoGluon orders them: as numbers where all are, else as texts."""
    found = list(labels)
    try:
        return sorted(found, key=float)
    except ValueError:
        return sorted(found)
