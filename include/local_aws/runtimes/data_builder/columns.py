"""What kind of values each column holds, and what kind of problem the target poses.

Autopilot's own rules are not published; these are simple ones in its spirit, and the search prints what they decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from include.cells import FITTING, Decision, is_missing
from include.cells.amounts import decide_amounts
from include.cells.booleans import decide_booleans
from include.cells.dates import all_dates_in_digits, decide_dates
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.number_texts import as_numbers

Kind = Literal["numeric", "datetime", "boolean", "amount", "categorical", "text", "ignored"]

# Texts of so many words are read word by word, where they do not come again and again.
_WORDS_OF_TEXT = 3.0
# The same of texts of which nearly every row has its own: names and titles rather than identifiers.
_WORDS_OF_NAMES = 1.5
# So few different texts, each in so many rows, are categories, however many words they have.
_FEW, _FEW_SHARE = 50, 0.05
# More distinct values than this share of the rows tell rows apart but teach nothing.
_DISTINCT_SHARE = 0.5
_CLASSES = 20
# Each of the most frequent categories of a column has a flag of its own.
FLAGS = 50


@dataclass(frozen=True)
class Column:
    """One feature column: its kind, a note, and counts of missing and distinct values.

    :param reason: why it is ignored, or how its values are written.
    """

    name: str
    kind: Kind
    reason: str
    missing: int
    distinct: int


def describe(name: str, values: NDArray[Any]) -> Column:
    """Decide the kind of a feature column from its texts."""
    filled = values[~is_missing(values)]
    missing, distinct = len(values) - len(filled), len(set(filled))
    kind, reason = _kind(filled, distinct, len(values))
    return Column(name, kind, reason, missing, distinct)


def has_many_categories(column: Mapping[str, Any]) -> bool:
    """Whether a column of the report has more categories than there are flags for."""
    return bool(column["kind"] == "categorical" and column.get("distinct", 0) > FLAGS)


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


def _kind(filled: NDArray[Any], distinct: int, rows: int) -> tuple[Kind, str]:
    if not len(filled):
        return "ignored", "no values"
    numbers = float(np.isfinite(as_numbers(filled)).mean())
    if numbers >= FITTING:
        return _of_numbers(filled, numbers)
    if distinct == 1:
        # A cross or nothing says as much as yes or no.
        return ("ignored", "one value only") if len(filled) == rows else ("categorical", "")
    return _written(filled) or _of_texts(filled, distinct, rows)


def _of_numbers(filled: NDArray[Any], share: float) -> tuple[Kind, str]:
    """Return the kind of a column nearly all of whose values are numbers."""
    if all_dates_in_digits(filled):
        return "datetime", decide_dates(filled).told
    # Where thousands have a comma, the largest numbers are those that are not read as plain ones.
    if share < 1 and (amounts := decide_amounts(filled)).share > share:
        return "amount", _note(amounts)
    return "numeric", ""


def _written(filled: NDArray[Any]) -> tuple[Kind, str] | None:
    """Return the kind of a column whose values follow a form."""
    if (dates := decide_dates(filled)).fits:
        return "datetime", _note(dates)
    if (booleans := decide_booleans(filled)).fits:
        return "boolean", _note(booleans)
    if (amounts := decide_amounts(filled)).fits:
        return "amount", _note(amounts)
    return None


def _of_texts(filled: NDArray[Any], distinct: int, rows: int) -> tuple[Kind, str]:
    words = float(np.mean([len(value.split()) for value in filled]))
    if distinct <= min(_FEW, _FEW_SHARE * rows):
        return "categorical", ""
    if words >= _WORDS_OF_TEXT:
        return "text", ""
    if distinct > _DISTINCT_SHARE * rows:
        return ("text", "") if words >= _WORDS_OF_NAMES else ("ignored", "nearly every row has a value of its own")
    return "categorical", ""


def _note(decision: Decision) -> str:
    return f"{decision.told} ({decision.undecided})" if decision.undecided else decision.told
