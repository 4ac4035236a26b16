"""The recent rows of a run: which of its drops' rows judge at its cutoff, and which must not train meanwhile.

A share of all keys, chosen by a hash, judges before it trains. A key is as old as its first delivery, whatever
corrections follow; of two keys of one drop the hash says which is older. At a cutoff the newest ``rows`` of them are in
the window, and those judge that are nobody else's rows; every row that is one row with a judging one is left out.

**No champion has learned a row that judges it.** Let a key judge at the cutoff T; the champion's cutoff is T' < T.

1. If nobody had delivered the key by T', the champion has not seen it. Otherwise the key was in the window at T' too:
   those that are newer than it only become more from T' to T, because a key's age never changes.
2. It judged at T' as well. A key does not judge where some row that is one row with one of its own (another spelling,
   the same content under another key) was delivered before that of its own; rows are only added, so that what is so at
   T' is so at T.
3. So at T' all its rows were left out, and all that were one row with them. A row that became one with it only later,
   by what was delivered after T', was delivered before it or not: before it, the key does not judge (2); after it, the
   champion has not seen it.

What breaks this is a history that is not the same at T as it was at T': a drop that arrives late or vanishes, another
share or number of rows, a champion of the time before. :mod:`include.autopilot.champion.learned` therefore looks, run
by run, at what the champion really trained on, and the sealed holdout judges where it finds a recent row there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from include.autopilot.drops.recent import position, recent_keys
from include.autopilot.drops.supersede import Aside
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.settings.identity import Rule
from include.autopilot.settings.recent import RecentConfig

# What rows have in common that are one row.
_Mark = tuple[str, ...]
_FIRST = "SELECT key, MIN(drop_) FROM rows GROUP BY key"
_ROWS = "SELECT rowid, key, folded, print, drop_ FROM rows"
_PLACES = "SELECT key, rank, file, number, drop_ FROM rows"
_LINES = "SELECT rowid, drop_, chunk, place, target FROM rows"


@dataclass(frozen=True)
class Judging:
    """The keys that judge at a cutoff.

    :param marks: what their rows have in common with every row that is one with them, by which these are found.
    :param same_row: what is done about rows that are equal under several keys: they are one row if refused.
    :param recent: place of a drop -> how many keys that may judge it brought first.
    """

    keys: AbstractSet[str]
    marks: AbstractSet[_Mark]
    same_row: Rule
    recent: Mapping[int, int]

    def rows(self, table: KeyTable) -> set[int]:
        """Return the numbers of a table's rows that judge or are one row with one that does."""
        folded = {text.casefold() for kind, text, *_ in self.marks if kind == "key"}
        prints = {text for kind, text, *_ in self.marks if kind == "content"}
        near = _near(table, folded, prints, self.same_row)
        return {number for number, _, _, marks in near if not self.marks.isdisjoint(marks)}

    def newest(self, table: KeyTable) -> dict[int, set[tuple[int, int]]]:
        """Return file and line of the row of each key that counts, by the place of its drop.

        :param table: see :func:`include.autopilot.drops.runrows.rows_of_drops`.
        """
        last: dict[str, tuple[int, ...]] = {}
        for key, *place in table.select(_PLACES):
            if key in self.keys:
                last[key] = max(last.get(key, ()), tuple(place))
        found: dict[int, set[tuple[int, int]]] = defaultdict(set)
        for _, file, line, drop in last.values():
            found[drop].add((file, line))
        return found


def judging(table: KeyTable, drops: int, recent: RecentConfig, same_row: Rule) -> Judging:
    """Return which keys judge.

    :param table: the rows of all drops up to the cutoff; has ``key``, ``folded``, ``print`` and ``drop_``, the place of
        the drop among them, oldest first.
    :param drops: how many they are.
    """
    keys: list[list[str]] = [[] for _ in range(drops)]
    for key, drop in table.select(_FIRST):
        if position(key) < recent.share:
            keys[drop].append(key)
    window = {key for chosen in recent_keys(keys, recent.share, recent.rows) for key in chosen}
    folded = {identity(key).folded for key in window}
    prints = {content for _, key, _, content, _ in table.select(_ROWS) if key in window}
    owners: dict[_Mark, tuple[int, float, str]] = {}
    own: dict[str, set[_Mark]] = defaultdict(set)
    for _, key, drop, marks in _near(table, folded, prints, same_row):
        # Of two keys of one drop that which graduates first is older.
        delivered = drop, -position(key), key
        for mark in marks:
            owners[mark] = min(owners.get(mark, delivered), delivered)
        if key in window:
            own[key] |= marks
    fresh = {key for key in window if all(owners[mark][2] == key for mark in own[key])}
    found = {place: len(brought) for place, brought in enumerate(keys)}
    return Judging(fresh, {mark for key in fresh for mark in own[key]}, same_row, found)


def set_aside(table: KeyTable, judges: Judging) -> list[Aside]:
    """Take the rows that judge, and those that are one row with one of them, out of a run's table; return them."""
    numbers = judges.rows(table)
    aside = [Aside(*place) for number, *place in table.select(_LINES) if number in numbers]
    table.remove(numbers)
    return aside


def _near(
    table: KeyTable, folded: AbstractSet[str], prints: AbstractSet[str], same_row: Rule
) -> Iterator[tuple[int, str, int, set[_Mark]]]:
    """Yield number, key, drop and marks of the rows of a table that may be one row with some of a few."""
    by_content = same_row == "refuse"
    for number, key, case, content, drop in table.select(_ROWS):
        if case in folded or (by_content and content and content in prints):
            marks: set[_Mark] = {("key", identity(key).normal)}
            if content:
                # As for a holdout: another case of a key is another key, unless it says the same.
                marks |= {("case", case, content)} | ({("content", content)} if by_content else set())
            yield number, key, drop, marks
