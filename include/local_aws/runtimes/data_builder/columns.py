"""What the data builder tells of each column, and what kind of problem the target poses; the search prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.cells import FITTING, is_missing
from include.cells.kind import Name, kind_of
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.number_texts import as_numbers, number_in

_CLASSES = 20
# Each of the most frequent categories of a column has a flag of its own.
FLAGS = 50


@dataclass(frozen=True)
class Column:
    """One feature column: its kind, a note, and counts of missing and distinct values.

    :param reason: why it is ignored, or how its values are written.
    """

    name: str
    kind: Name
    reason: str
    missing: int
    distinct: int


def describe(name: str, values: NDArray[Any]) -> Column:
    """Decide the kind of a feature column from its texts."""
    filled = values[~is_missing(values)]
    kind = kind_of(filled, number_in, len(values))
    return Column(name, kind.name, kind.note, len(values) - len(filled), len(set(filled)))


def has_many_categories(column: Mapping[str, Any]) -> bool:
    """Whether a column of the report has more categories than there are flags for."""
    return bool(column["kind"] == "categorical" and column.get("distinct", 0) > FLAGS)


def teaches(column: Mapping[str, Any]) -> bool:
    """Whether a search can learn from a column of the report: it is read, and is not one number in every row."""
    return bool(column["kind"] != "ignored" and (column["kind"] != "numeric" or column.get("distinct", 2) > 1))


def problem_type(values: NDArray[Any]) -> str:
    """Infer the problem from the target's texts: few classes or many numbers.

    :raises ClientError: neither, such as a target of free text or with a single value.
    """
    filled = values[~is_missing(values)]
    distinct = len(set(filled))
    if distinct == 2:
        return "BinaryClassification"
    numeric = bool(np.isfinite(as_numbers(filled)).mean() >= FITTING) if len(filled) else False
    whole = numeric and bool((np.nan_to_num(as_numbers(filled)) % 1 == 0).all())
    if 2 < distinct <= _CLASSES and (whole or not numeric):
        return "MulticlassClassification"
    if numeric and distinct > 2:
        return "Regression"
    raise ClientError(f"the target has {distinct} distinct values: neither a regression nor classes; name ProblemType")
