"""What kind of values each column holds, and what kind of problem the target poses.

Autopilot's own rules are not published; these are simple ones in its spirit, and the search prints what they decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.number_texts import as_numbers

Kind = Literal["numeric", "categorical", "text", "ignored"]

# What stands for a missing value in the CSV files people write.
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
# A column is numeric if nearly all of its values are numbers: the rest are taken as missing.
_NUMERIC_SHARE = 0.95
_WORDS_OF_TEXT = 3.0
# More distinct values than this share of the rows tell rows apart but teach nothing.
_DISTINCT_SHARE = 0.5
_CLASSES = 20


@dataclass(frozen=True)
class Column:
    """One feature column: its kind, why it is ignored (if so), and counts of missing and distinct values."""

    name: str
    kind: Kind
    reason: str
    missing: int
    distinct: int


def is_missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where texts stand for no value."""
    return np.fromiter((value.strip().lower() in _MISSING for value in values), dtype=bool, count=len(values))


def describe(name: str, values: NDArray[Any]) -> Column:
    """Decide the kind of a feature column from its texts."""
    filled = values[~is_missing(values)]
    missing, distinct = len(values) - len(filled), len(set(filled))
    kind, reason = _kind(filled, distinct, len(values))
    return Column(name, kind, reason, missing, distinct)


def problem_type(values: NDArray[Any]) -> str:
    """Infer the problem from the target's texts: few classes or many numbers.

    :raises ClientError: neither, such as a target of free text or with a single value.
    """
    filled = values[~is_missing(values)]
    distinct = len(set(filled))
    if distinct == 2:
        return "BinaryClassification"
    numeric = bool(np.isfinite(as_numbers(filled)).mean() >= _NUMERIC_SHARE) if len(filled) else False
    whole = numeric and bool((np.nan_to_num(as_numbers(filled)) % 1 == 0).all())
    if 2 < distinct <= _CLASSES and (whole or not numeric):
        return "MulticlassClassification"
    if numeric and distinct > 2:
        return "Regression"
    raise ClientError(f"the target has {distinct} distinct values: neither a regression nor classes; name ProblemType")


def _kind(filled: NDArray[Any], distinct: int, rows: int) -> tuple[Kind, str]:
    if not len(filled):
        return "ignored", "no values"
    if np.isfinite(as_numbers(filled)).mean() >= _NUMERIC_SHARE:
        return "numeric", ""
    if np.mean([len(value.split()) for value in filled]) >= _WORDS_OF_TEXT:
        return "text", ""
    if distinct == 1:
        return "ignored", "one value only"
    if distinct > _DISTINCT_SHARE * rows:
        return "ignored", "nearly every row has a value of its own"
    return "categorical", ""
