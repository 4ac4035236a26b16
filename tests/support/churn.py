"""A made-up table of customers, with what real tables have: missing values, dates, ids, codes, copies of the target."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

HEADER = (
    *("customer_id", "signed_up", "plan", "region", "branch_id", "monthly_fee", "calls", "age", "country", "e_mail"),
    *("left_us", "cancelled_on", "churned"),
)
_FEES = {"basic": 10, "plus": 20, "pro": 40}


@cache
def rows(count: int = 1700) -> list[list[str]]:
    """The rows, always the same ones: who calls often, pays little or is young leaves more often."""
    random = np.random.default_rng(1)
    return [_row(number, random) for number in range(count)]


def write(path: Path, table: list[list[str]] | None = None, header: tuple[str, ...] = HEADER) -> Path:
    """Write a table, by default the whole of this one, as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([list(header), *(rows() if table is None else table)])
    return path


def _row(number: int, random: np.random.Generator) -> list[str]:
    plan = str(random.choice(list(_FEES)))
    calls, age = int(random.poisson(3)), int(random.integers(18, 90))
    drawn = 1.6 * (calls - 3) + 2.5 * (plan == "basic") - 0.06 * (age - 50) - 1.2
    left = bool(random.random() < 1 / (1 + np.exp(-drawn)))
    day = date(2023, 1, 1) + timedelta(days=int(random.integers(0, 500)))
    fee = f"{random.normal(_FEES[plan], 2):.2f}" if random.random() > 0.05 else ""
    return [
        str(100_000 + 7 * number + int(random.integers(0, 7))),
        day.isoformat(),
        plan,
        str(random.choice(["north", "south", "east", "west", ""])),
        str(random.integers(1, 40)),
        fee,
        str(calls),
        str(age) if random.random() > 0.1 else "",
        "DE",
        f"customer{number}@example.org",
        str(int(left)),
        (day + timedelta(days=90)).isoformat() if left else "",
        "yes" if left else "no",
    ]
