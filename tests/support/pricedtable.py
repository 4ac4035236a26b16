"""A table of dates, amounts and what looks like them, for baselines of an earlier release and of today. SYNTHETIC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from include.autopilot.base.csvlines import encode_line
from include.autopilot.candidate.contract import Schema

COLUMNS = ("y", "price", "iso", "due", "digits", "digits0", "version", "tiny", "plan", "note")
SCHEMA = Schema(COLUMNS, "y", ("y",), ())


def rows(count: int, begin: int = 0) -> list[list[str]]:
    """Return rows whose dates begin so many days after the first of 2024."""
    return [_row(number, date(2024, 1, 1) + timedelta(days=begin + number)) for number in range(count)]


def lines(table: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return a table as the profiler takes it."""
    return [(f"row-{number}", encode_line(row)) for number, row in enumerate(table)]


def _row(number: int, day: date) -> list[str]:
    return [
        f"{number * 37 % 101 / 7:.3f}",
        f"${1000 + number * 37 % 101 * 11:,}.50",
        day.isoformat(),
        f"{number % 12 + 1:02}/{number % 11 + 1:02}/2024",
        f"{day:%Y%m%d}",
        f"{day:%Y%m%d}.0",
        "n/a" if number % 9 == 4 else f"1.{800 + number}",
        f"{number + 1}e-05",
        ("basic", "plus", "pro")[number % 3],
        f"parcel {number} came late",
    ]
