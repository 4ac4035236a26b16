"""A table with every kind of column, whose target follows each of them. SYNTHETIC."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import numpy as np

KINDS = {
    "opened": "datetime",
    "due": "datetime",
    "born": "datetime",
    "signed": "datetime",
    "price": "amount",
    "fee": "amount",
    "rate": "amount",
    "balance": "amount",
    "agreed": "boolean",
    "plan": "categorical",
    "city": "categorical",
    "note": "text",
    "review": "text",
    "size": "numeric",
}
"""The feature columns and what they are, in the table's order."""

TARGET, KEY = "effort", "ticket"

_YES, _NO = ("yes", "Y", "TRUE", "1"), ("no", "N", "False", "0")
_PLANS = ("basic", "plus", "team", "free trial")
_TOPICS = ("billing", "delivery", "login", "returns")
_TIMES = ("first", "second", "third")
_MOODS = ("very happy with", "rather disappointed by", "quite indifferent to")
_CITIES = tuple(
    f"{front}{back}"
    for front in ("North", "South", "East", "West", "New", "Old", "Port", "Fort", "Lake", "Saint ")
    for back in ("ford", "bury", "ville", "ham", "mouth", "wick", "field", "burg")
)


def rows(count: int, seed: int = 0, begin: datetime = datetime(2022, 1, 1, tzinfo=UTC)) -> list[dict[str, str]]:
    """Return so many rows, in the order of ``opened``.

    :param begin: the first one is opened then; the others follow one every eight hours on average.
    """
    dice = np.random.default_rng(seed)
    return [_row(dice, seed * 1_000_000 + number, begin + timedelta(hours=8 * number)) for number in range(count)]


def as_csv(table: list[dict[str, str]], *without: str) -> bytes:
    """Write a table, without some of its columns."""
    text = io.StringIO()
    names = [name for name in table[0] if name not in without]
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()


def _row(dice: np.random.Generator, number: int, at: datetime) -> dict[str, str]:
    opened = at + timedelta(minutes=int(dice.integers(480)))
    due = opened + timedelta(days=int(dice.integers(1, 30)))
    born = datetime(1950, 1, 1, tzinfo=UTC) + timedelta(days=int(dice.integers(18_000)))
    signed = opened - timedelta(days=int(dice.integers(900)))
    price, fee, rate = dice.gamma(2.0, 900.0), dice.gamma(2.0, 700.0), dice.integers(0, 40)
    balance, size = dice.normal(0, 2000), dice.normal()
    agrees, topic, mood = bool(dice.integers(2)), int(dice.integers(4)), int(dice.integers(3))
    plan, city = int(dice.choice(4, p=(0.5, 0.3, 0.15, 0.05))), int(dice.integers(len(_CITIES)))
    effort = (
        6.0 * (opened.isoweekday() > 5) + 0.2 * (due - opened).days + (signed.year - 2020) + 0.05 * (1990 - born.year)
    )
    effort += price / 900 + fee / 700 + 0.1 * rate + balance / 2000 + size + 3 * agrees + plan + 0.5 * (city % 8)
    effort += (0, 2, 4, 1)[topic] + (2, 0, 1)[mood] + dice.normal(0, 0.3)
    row = {
        KEY: f"T-{number:07}",
        "opened": opened.strftime("%Y-%m-%dT%H:%M:%S+01:00"),
        "due": due.strftime("%m/%d/%Y"),
        "born": born.strftime("%d.%m.%Y"),
        "signed": f"{signed.day} {signed:%B %Y}",
        "price": f"${price:,.2f}",
        "fee": "€ " + f"{fee:,.2f}".translate({ord(","): ".", ord("."): ","}),
        "rate": f"{rate} %",
        "balance": f"({-balance:,.2f})" if balance < 0 else f"{balance:,.2f}",
        "agreed": str(dice.choice(_YES if agrees else _NO)),
        "plan": _PLANS[plan],
        "city": _CITIES[city],
        "note": f"Asked about {_TOPICS[topic]} for the {dice.choice(_TIMES)} time, order {number}",
        "review": f"Customer {number} is {_MOODS[mood]} our service",
        "size": f"{size:.4f}",
        TARGET: f"{effort:.4f}",
    }
    for name in KINDS:
        if dice.random() < 0.02:
            # To this package n/a is a text, so a column of numbers leaves it empty.
            row[name] = "" if KINDS[name] == "numeric" else str(dice.choice(("", "n/a")))
    return row
