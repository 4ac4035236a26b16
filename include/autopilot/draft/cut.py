"""Cutting a sealed holdout from a table: a share of its keys, or its newest rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from include.autopilot.base.csvlines import encode_file, encode_line
from include.autopilot.base.cutoff import parse_cutoff
from include.autopilot.base.errors import DraftError, OptionsError
from include.autopilot.draft.table import Table
from include.autopilot.drops.split import in_holdout

DROP, SEALED = "drop.csv", "sealed.csv"


@dataclass(frozen=True)
class Cut:
    """Which rows of a table are sealed, one by one."""

    sealed: Sequence[bool]


def by_share(table: Table, key: str, share: float) -> Cut:
    """Seal a share of the keys, by a hash: the same keys always, in whatever order the rows come."""
    return _whole(table, Cut([in_holdout(cell.strip(), share) for cell in table.column(key).cells]))


def by_date(table: Table, column: str, first: datetime) -> Cut:
    """Seal the rows from a date on.

    :raises DraftError: a row has no date, or all rows lie on one side.
    """
    sealed = []
    for line, cell in zip(table.lines, table.column(column).cells, strict=True):
        try:
            sealed.append(parse_cutoff(cell) >= first)
        except OptionsError as error:
            raise DraftError(
                f"{table.file}: {column} is {cell!r} in line {line}, which is no date. Write dates like 2024-06-01."
            ) from error
    return _whole(table, Cut(sealed))


def write_cut(table: Table, cut: Cut, folder: Path) -> dict[str, int]:
    """Write both parts as CSV files with the table's header; gives the rows of each, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, wanted in ((DROP, False), (SEALED, True)):
        rows = [row for row, sealed in zip(table.rows, cut.sealed, strict=True) if sealed is wanted]
        (folder / name).write_bytes(encode_file(map(encode_line, (table.header, *rows))))
        written[name] = len(rows)
    return written


def _whole(table: Table, cut: Cut) -> Cut:
    if len(set(cut.sealed)) < 2:
        side = "all" if any(cut.sealed) else "none"
        raise DraftError(f"With this HOLDOUT {side} of the {len(table.rows):,} rows of {table.file} would be sealed.")
    return cut
