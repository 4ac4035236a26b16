"""Which column identifies a row."""

from __future__ import annotations

import re

import numpy as np

from include.autopilot.base.errors import DraftError
from include.autopilot.draft.table import Column, Table
from include.autopilot.draft.typednames import find_column, listed
from include.autopilot.drops.identitycheck import MANY
from include.autopilot.drops.placeholders import PlaceholderCount
from include.autopilot.rows.identity import identity
from include.autopilot.settings.identity import IdentityConfig

_WORDS = frozenset(
    ("id", "ids", "key", "uid", "uuid", "guid", "nr", "no", "num", "number", "code", "identifier", "index")
)
# A word of a name: cut at signs and where small letters become capitals; ID may end one.
_WORD = re.compile(r"[A-Z]*ID(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
# So few rows are corrections, as a run sees it.
_FEW = 2
# So many cells are told one by one.
_TOLD = 3


def is_named_id(name: str) -> bool:
    """Whether a column's name says that it numbers things: customer_id, CustomerID, CID, house number."""
    last = next(reversed(_WORD.findall(name)), "")
    return last.lower() in _WORDS or last.endswith("ID")


def is_row_number(column: Column) -> bool:
    """Whether a column counts the rows of this file, which the next file will begin anew."""
    return column.is_whole and column.is_unique and bool((np.diff(column.numbers) == 1).all())


def key_of(table: Table, target: str, asked: str | None) -> str:
    """Return the key: the column that is asked for, else the only one that can be it.

    :raises DraftError: there is no such column, several could be it, too many rows have no key of their own, or one
        key is spelt in several ways.
    """
    if asked is not None:
        return _checked(table, target, find_column(table.header, asked, "KEY", table.file))
    found = candidates(table, target)
    if len(found) == 1:
        return _one_spelling(table, found[0])
    if found:
        likely = next(filter(is_named_id, found), found[0])
        raise DraftError(
            f"{len(found)} columns of {table.file} have another value in every row: {listed(found)}. Say which one "
            f"identifies a row, also in later drops: KEY={likely}"
        )
    raise DraftError(
        f"No column of {table.file} looks like a key: a text or a whole number, never empty, another one in every row. "
        "Add such a column, which stays with its row for good, or say KEY=... where a few rows are repeated."
    )


def candidates(table: Table, target: str) -> list[str]:
    """Return the columns that may identify a row, in the table's order."""
    return [column.name for column in table.columns() if column.name != target and _may_be_key(column)]


def _may_be_key(column: Column) -> bool:
    if not column.is_unique or (column.number_count and not column.is_whole) or column.kind.name == "datetime":
        return False
    return is_named_id(column.name) or not is_row_number(column)


def _checked(table: Table, target: str, key: str) -> str:
    if key == target:
        raise DraftError(f"KEY and TARGET are both {key}. What identifies a row is not to be predicted.")
    column = table.column(key)
    missing = [line for line, cell in zip(table.lines, column.cells, strict=True) if not cell.strip()]
    if missing:
        raise DraftError(
            f"{table.file}: the key {key} is empty in {len(missing):,} rows, first in line {missing[0]}. Give every "
            "row a key, or name another column."
        )
    lost = len(column.cells) - len(column.distinct)
    if lost > max(_FEW, IdentityConfig().repeated_share * len(column.cells)):
        others = candidates(table, target)
        instead = f"Unique are {listed(others)}." if others else "No column is unique; add one that is."
        raise DraftError(
            f"{table.file}: the key {key} has {len(column.distinct):,} values in {len(column.cells):,} rows, and of "
            f"rows with one key only the last is used. {instead}"
        )
    return _one_spelling(table, key)


def _one_spelling(table: Table, key: str) -> str:
    """Return the key's name; a run would refuse two spellings of a key, and a cut could put each on its own side.

    :raises DraftError: a key is spelt in several ways, or several rows have none.
    """
    first: dict[str, tuple[str, int]] = {}
    twice, none = [], PlaceholderCount()
    for line, cell in zip(table.lines, table.column(key).cells, strict=True):
        text = cell.strip()
        found = identity(text)
        if not found.normal:
            raise DraftError(
                f"{table.file}: the key {key} in line {line} has no sign that one sees. Write a key there."
            )
        none.add(found, 0, line)
        known, where = first.setdefault(found.normal, (text, line))
        if known != text:
            twice.append(f"{known!r} (line {where}) and {text!r} (line {line})")
    if twice:
        raise DraftError(
            f"{table.file}: {len(twice)} cells of the key {key} spell one in another way: {'; '.join(twice[:_TOLD])}. "
            "One row would count as several. Write each key in one way."
        )
    for one in none.found:
        if one.rows >= MANY[one.ambiguous]:
            lines = ", ".join(str(line) for _, line in one.first)
            raise DraftError(
                f"{table.file}: {one.rows} rows have the key {one.key!r}, which says that there is none (lines {lines}"
                f"{' and more' if one.rows > len(one.first) else ''}). Give every row its own key."
            )
    return key
