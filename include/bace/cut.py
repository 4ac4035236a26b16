"""Cuts BACE into what a project would have received month by month, and the two holdouts no training ever sees.

The file is sorted by activity, so it is never cut by position: rows are taken in the order of a hash of their compound
identifier, which stays the same whatever the file's order. The dates are invented.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from include.bace.errors import BaceError

# Autopilot refuses fewer than 500 rows: the search sees the first drop alone, so that every later cutoff is honest.
FIRST_DROP_ROWS = 600
SEALED_ROWS = 200
MONTHLY_DROPS = 11
# Class is the activity at a threshold, canvasUID is a row number in the order of activity, Model is the split itself.
LEFT_OUT = ("Class", "Model", "canvasUID")

PARTS = ("Train", "Test", "Valid")
_NAME = "bace-drops-v1"


@dataclass(frozen=True)
class Cut:
    """The drops by date and the holdouts by name: every row of the table once, without the left-out columns."""

    drops: Mapping[date, pd.DataFrame]
    holdouts: Mapping[str, pd.DataFrame]


def cut(table: pd.DataFrame) -> Cut:
    """Cut the table into twelve drops (2024-01-01 … 2024-12-01), the sealed holdout and the original project's holdout.

    :raises BaceError: rows cannot be told apart or assigned, or there are too few of them.
    """
    check_compounds(table)
    _check_parts(table)
    kept = table.drop(columns=list(LEFT_OUT))
    train, test = (in_order(kept[table["Model"] == part], _NAME) for part in ("Train", "Test"))
    rest = SEALED_ROWS + FIRST_DROP_ROWS - len(train)
    first = in_order(pd.concat([train, test[SEALED_ROWS:rest]]), _NAME)
    # In the file's own order, as the original project wrote them.
    original = kept[table["Model"] == "Valid"]
    return Cut(by_month(first, test[rest:]), {"sealed": test[:SEALED_ROWS], "original": original})


def by_month(first: pd.DataFrame, later: pd.DataFrame) -> dict[date, pd.DataFrame]:
    """Date the rows: the first drop arrives in January 2024, the later rows in eleven parts, one a month after it."""
    cuts = [round(month * len(later) / MONTHLY_DROPS) for month in range(MONTHLY_DROPS + 1)]
    parts = [first, *(later[start:stop] for start, stop in pairwise(cuts))]
    return {date(2024, month, 1): rows for month, rows in enumerate(parts, 1)}


def check_compounds(table: pd.DataFrame) -> None:
    """Check that rows can be told apart.

    :raises BaceError: two of them have one compound identifier.
    """
    repeated = table.loc[table["CID"].duplicated(), "CID"].tolist()
    if repeated:
        raise BaceError(f"column CID names a compound twice ({', '.join(repeated[:3])}): keep one row of each")


def _check_parts(table: pd.DataFrame) -> None:
    unknown = sorted(set(table["Model"]) - set(PARTS))
    if unknown:
        raise BaceError(f"column Model holds {unknown[:3]}: every row is one of {', '.join(PARTS)}")
    train, test, valid = (int((table["Model"] == part).sum()) for part in PARTS)
    needed = SEALED_ROWS + FIRST_DROP_ROWS + MONTHLY_DROPS - train
    if train > FIRST_DROP_ROWS or test < needed or not valid:
        raise BaceError(
            f"{train} Train, {test} Test and {valid} Valid rows cannot be cut into the drops: "
            f"at most {FIRST_DROP_ROWS} Train, at least {needed} Test and one Valid are needed"
        )


def in_order(rows: pd.DataFrame, cut: str) -> pd.DataFrame:
    """Sort by the hash of the compound identifier.

    :param cut: names the cut, so that another one has another order.
    """
    return rows.sort_values("CID", key=lambda column: column.map(lambda compound: order_key(compound, cut)))


def order_key(text: str, cut: str) -> str:
    """Give what a text is sorted by in one cut: as good as random, and the same on every machine."""
    return hashlib.sha256(f"{cut}:{text}".encode()).hexdigest()
