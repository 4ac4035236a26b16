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


@dataclass(frozen=True)
class Cut:
    """The drops by date and the holdouts by name: every row of the table once, without the left-out columns."""

    drops: Mapping[date, pd.DataFrame]
    holdouts: Mapping[str, pd.DataFrame]


def cut(table: pd.DataFrame) -> Cut:
    """Cut the table into twelve drops (2024-01-01 … 2024-12-01), the sealed holdout and the original project's holdout.

    :raises BaceError: rows cannot be told apart or assigned, or there are too few of them.
    """
    _check(table)
    kept = table.drop(columns=list(LEFT_OUT))
    train, test = (_in_order(kept[table["Model"] == part]) for part in ("Train", "Test"))
    rest = SEALED_ROWS + FIRST_DROP_ROWS - len(train)
    first = _in_order(pd.concat([train, test[SEALED_ROWS:rest]]))
    drops = {date(2024, 1, 1): first}
    monthly = test[rest:]
    cuts = [round(month * len(monthly) / MONTHLY_DROPS) for month in range(MONTHLY_DROPS + 1)]
    for month, (start, stop) in enumerate(pairwise(cuts), 2):
        drops[date(2024, month, 1)] = monthly[start:stop]
    # In the file's own order, as the original project wrote them.
    original = kept[table["Model"] == "Valid"]
    return Cut(drops, {"sealed": test[:SEALED_ROWS], "original": original})


def _check(table: pd.DataFrame) -> None:
    repeated = table.loc[table["CID"].duplicated(), "CID"].tolist()
    if repeated:
        raise BaceError(f"column CID names a compound twice ({', '.join(repeated[:3])}): keep one row of each")
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


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort by the hash of the compound identifier; the prefix names this cut, so that another can differ."""
    return rows.sort_values("CID", key=lambda column: column.map(_order_key))


def _order_key(compound: str) -> str:
    return hashlib.sha256(f"bace-drops-v1:{compound}".encode()).hexdigest()
