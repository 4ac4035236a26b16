"""Keys of one table that spell the same key, or differ in case only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from include.autopilot.drops.findings import EXAMPLES, Finding, Sighting
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.settings.identity import IdentityConfig

# Of each key the row that came first, keys that are the same but for spelling or case side by side.
_SPELLINGS = """
    SELECT folded, key, MIN(rowid), {columns} FROM rows
    WHERE folded IN (SELECT folded FROM rows GROUP BY folded HAVING MIN(key) <> MAX(key))
    GROUP BY folded, key ORDER BY folded, MIN(rowid)
"""

# Python, R and spreadsheets keep 15 to 17 digits of a number, and write longer ones so; of twelve digits on Excel's
# general format shows six (1.23457E+11), and %g shows six of any number.
_ROUNDED = re.compile(
    r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?[eE]\+(?:1[5-9]|[2-9][0-9])|[0-9]{16,}[.,]0*|"
    r"[0-9][.,][0-9]{1,5}E\+1[1-4]|[0-9][.,][0-9]{5}[eE]\+(?:0[6-9]|1[0-4]))"
)
_MAYBE_ROUNDED = """
    SELECT key, {columns} FROM rows
    WHERE key GLOB '*[eE]+[0-9][0-9]' OR key GLOB '*[.,]' OR key GLOB '*[.,0]0' ORDER BY rowid
"""


class Spelt(NamedTuple):
    """A key as it is written, what is the same for keys that differ in spelling or case only, and its first row."""

    folded: str
    key: str
    row: str


def spellings(table: KeyTable, columns: str, name: Callable[..., str]) -> Iterator[Spelt]:
    """Yield the keys of a table that are not the only spelling, those that belong together side by side.

    :param table: has the columns ``key`` and ``folded``.
    :param columns: what a row is named by; ``name`` makes the name of them.
    """
    for folded, key, _, *place in table.select(_SPELLINGS.format(columns=columns)):
        yield Spelt(folded, key, name(*place))


def rounded(table: KeyTable, columns: str, name: Callable[..., str]) -> Iterator[Sighting]:
    """Yield the rows of a table whose key is a long number that went through one of few digits: ``1.23457E+18``.

    :param table: has the column ``key``.
    :param columns: what a row is named by; ``name`` makes the name of them.
    """
    for key, *place in table.select(_MAYBE_ROUNDED.format(columns=columns)):
        if _ROUNDED.fullmatch(key):
            yield Sighting(key, name(*place))


def rounded_keys(found: Iterable[Sighting], where: str) -> list[Finding]:
    """Return what is to be told of keys that a tool has rounded.

    :param found: what :func:`rounded` gave.
    :param where: whose keys they are, for the sentence: "the drops".
    """
    told = _Examples()
    for row in found:
        told.add([row])
    if not told.count:
        return []
    sentence = (
        f"{told.count} rows of {where} have a long number for a key as a tool writes it that keeps some of its digits, "
        "so they may not be found under the key that they had:"
    )
    fix = "Write such keys as text with all their digits; in a spreadsheet, format the column as text first."
    return [Finding("same_key", False, told.count, sentence, fix, tuple(told.told))]


def same_keys(found: Iterable[Spelt], where: str, config: IdentityConfig, yaml: str) -> list[Finding]:
    """Return what is to be told of spellings: those of one key, and those that differ in case only.

    :param found: what :func:`spellings` gave.
    :param where: whose keys they are, for the sentences: "the drops".
    :param yaml: the file that states the rules.
    """
    same, cased = _Examples(), _Examples()
    for _, group in groupby(found, key=itemgetter(0)):
        by_normal: dict[str, list[Sighting]] = {}
        for _, key, row in group:
            by_normal.setdefault(identity(key).normal, []).append(Sighting(key, row))
        for rows in by_normal.values():
            if len(rows) > 1:
                same.add(rows)
        if len(by_normal) > 1:
            cased.add([rows[0] for rows in by_normal.values()])
    findings = []
    if same.count:
        sentence = f"{same.count} keys of {where} are spelt in several ways, so that one row would count as several:"
        refused, fix = config.same_key == "refuse", one_spelling(config, yaml)
        findings.append(Finding("same_key", refused, same.count, sentence, fix, tuple(same.told)))
    if cased.count:
        sentence = f"{cased.count} keys of {where} differ from others in upper and lower case only:"
        fix = "They count as different keys; write them in one way if they are not."
        findings.append(Finding("case", False, cased.count, sentence, fix, tuple(cased.told)))
    return findings


def one_spelling(config: IdentityConfig, yaml: str) -> str:
    """Return what to do about several spellings of a key."""
    mild = f", or set identity: {{same_key: warn}} in {yaml} if these are different keys"
    return f"Write each key in one way{mild if config.same_key == 'refuse' else ''}."


class _Examples:
    def __init__(self) -> None:
        self.count = 0
        self.told: list[tuple[Sighting, ...]] = []

    def add(self, rows: list[Any]) -> None:
        self.count += 1
        if len(self.told) < EXAMPLES:
            self.told.append(tuple(rows[:EXAMPLES]))
