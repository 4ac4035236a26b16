"""The leak guard's look at rows that are one row though their keys are different texts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, groupby
from operator import itemgetter
from typing import NamedTuple

from include.autopilot.drops.findings import Sighting
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.settings.identity import IdentityConfig

# Faults of one kind that are told in full.
_TOLD = 5
_SPELLINGS = """
    SELECT folded, key, side, print, row FROM rows
    WHERE folded IN (SELECT folded FROM rows GROUP BY folded HAVING MIN(key) <> MAX(key))
    GROUP BY folded, key, side, print ORDER BY folded, side <> 'holdout', key, row
"""
_CONTENTS = """
    SELECT print, key, side, print, row FROM rows WHERE print IN (
        SELECT print FROM rows WHERE print <> '' GROUP BY print
        HAVING MIN(key) <> MAX(key) AND MAX(side = 'holdout') AND MAX(side <> 'holdout')
    ) ORDER BY print, side <> 'holdout', key, row
"""


class _Row(NamedTuple):
    together: str
    key: str
    side: str
    fingerprint: str
    row: str

    def __str__(self) -> str:
        return f"{self.side} {Sighting(self.key, self.row)}"


def identity_faults(table: KeyTable, config: IdentityConfig) -> list[str]:
    """Return what is wrong with a run's rows: several spellings of a key, a holdout's row under another key.

    What the model's rules only warn of is no fault here, but for a holdout's row whose key is spelt in another way.

    :param table: has the columns ``side``, ``key``, ``row``, ``print`` and ``folded``.
    """
    spelt = [
        f"{one} and {other} spell the same key."
        for rows in _groups(table, _SPELLINGS)
        for one, other in combinations(rows, 2)
        if _is_one(one, other) and ({one.side, other.side} > {"holdout"} or config.same_key == "refuse")
    ]
    found = first_of(spelt, "keys are spelt in several ways")
    if config.same_row == "refuse":
        equal = [
            f"{one} and {other} have the same features and the same target."
            for rows in _groups(table, _CONTENTS)
            for other in rows
            if other.side != "holdout" and (one := _other_key(rows, other)) is not None
        ]
        found += first_of(equal, "rows are equal to a row of a holdout")
    return found


def first_of(faults: list[str], what: str) -> list[str]:
    """Return the first few faults and how many more there are."""
    more = len(faults) - _TOLD
    return faults[:_TOLD] + ([f"{more} more {what}."] if more > 0 else [])


def _groups(table: KeyTable, query: str) -> Iterator[list[_Row]]:
    for _, rows in groupby(table.select(query), key=itemgetter(0)):
        yield [_Row(*row) for row in rows]


def _other_key(rows: list[_Row], row: _Row) -> _Row | None:
    """Return a holdout's row that has another key than a row."""
    return next((one for one in rows if one.side == "holdout" and one.key != row.key), None)


def _is_one(one: _Row, other: _Row) -> bool:
    """Whether two rows whose keys differ in spelling or case are one row: case alone does not say so."""
    if one.key == other.key:
        return False
    sealed = {one.side, other.side} > {"holdout"}
    equal = sealed and one.fingerprint != "" and one.fingerprint == other.fingerprint
    return equal or identity(one.key).normal == identity(other.key).normal
