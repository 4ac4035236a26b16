"""Cuts the table of a job into a sealed holdout and one or two drops."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from include.autopilot.candidate.contract import Schema
from scripts.try_export import TrialRefused

# The column that numbers the rows where the table has none that identifies them.
NUMBERED = "try_row"
_LEAST = 50


@dataclass(frozen=True)
class Cut:
    """What was cut.

    :param ignore: columns that are neither the key nor known to the candidate.
    :param drops: one or two files, in the order in which they arrive.
    """

    key: str
    ignore: tuple[str, ...]
    sealed: Path
    drops: tuple[Path, ...]
    said: str


@dataclass(frozen=True)
class Wish:
    """How to cut.

    :param key: the column that identifies a row; None numbers the rows.
    :param date_column: the first drop has the oldest rows by it; None chooses by a hash of the key.
    :param share: of the rows that are not sealed, how many the first drop has; with 1 it is the only one.
    :param holdout: the share that is sealed, chosen by a hash of the key.
    """

    key: str | None = None
    date_column: str | None = None
    share: float = 0.5
    holdout: float = 0.2


def cut(table: Path, schema: Schema, wish: Wish, folder: Path) -> Cut:
    """Write the files into a folder.

    :raises TrialRefused: the table cannot be read, lacks a column of the candidate, or has too few rows.
    """
    header, rows = _read(table)
    _check_columns(table, header, schema, wish)
    if wish.key is None:
        header, rows = [NUMBERED, *header], [[f"r{number}", *row] for number, row in enumerate(rows, start=1)]
    key = wish.key or NUMBERED
    at = header.index(key)
    rows.sort(key=lambda row: hashlib.sha256(row[at].encode()).digest())
    sealed = max(1, round(len(rows) * wish.holdout))
    learned = rows[sealed:]
    if wish.date_column is not None:
        when = header.index(wish.date_column)
        learned.sort(key=lambda row: _date(table, wish.date_column or "", row[when]))
    first = len(learned) if wish.share >= 1 else math.ceil(len(learned) * wish.share)
    parts = [part for part in (learned[:first], learned[first:]) if part]
    if min((len(part) for part in parts), default=0) < _LEAST:
        raise TrialRefused(f"{table} has {len(rows)} rows; so cut, a drop has less than {_LEAST}. Give a larger table.")
    drops = tuple(_write(folder / f"drop-{number}.csv", header, part) for number, part in enumerate(parts, start=1))
    known = {key, *schema.columns}
    order = f"the oldest first by {wish.date_column}" if wish.date_column else "chosen by a hash of the key"
    sizes = " and ".join(f"a drop of {len(part):,}" for part in parts)
    said = (
        f"{len(rows):,} rows: {sealed:,} sealed, then {sizes}, {order}; "
        f"key: {key if wish.key else f'{NUMBERED}, the number of the row (KEY=column names one of the table)'}"
    )
    ignore = tuple(name for name in header if name not in known and name.strip())
    return Cut(key, ignore, _write(folder / "sealed.csv", header, rows[:sealed]), drops, said)


def _read(table: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            lines = [row for row in csv.reader(stream, strict=True) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrialRefused(f"{table} cannot be read as CSV in UTF-8: {error}") from error
    if not lines:
        raise TrialRefused(f"{table} is empty; a header and rows are needed.")
    header, rows = lines[0], lines[1:]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise TrialRefused(f"{table}: row {number} has {len(row)} cells, the header has {len(header)}.")
    return header, rows


def _check_columns(table: Path, header: Sequence[str], schema: Schema, wish: Wish) -> None:
    twice = sorted({name for name in header if list(header).count(name) > 1})
    if twice:
        raise TrialRefused(f"{table} names the column {twice[0]!r} twice.")
    lacking = [name for name in schema.columns if name not in header]
    if lacking:
        raise TrialRefused(f"{table} lacks columns that the generated module reads: {', '.join(map(repr, lacking))}.")
    for name, role in ((wish.key, "KEY"), (wish.date_column, "DATE_COLUMN")):
        if name is not None and name not in header:
            raise TrialRefused(f"{table} has no column {name!r}, which {role} names.")
    if wish.key in schema.columns:
        raise TrialRefused(f"KEY={wish.key} is a column that the generated module reads, so it cannot be the key.")
    if wish.key is None and NUMBERED in header:
        raise TrialRefused(f"{table} has a column {NUMBERED} already; say KEY={NUMBERED} if it identifies a row.")


def _date(table: Path, column: str, text: str) -> float:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None).timestamp()
    except ValueError as error:
        raise TrialRefused(f"{table}: {text!r} in the column {column} is no date like 2024-01-31.") from error


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return path
