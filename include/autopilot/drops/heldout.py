"""The rows of the holdouts, and whether a row of a drop is one of them: by its key, by its key's spelling, by content.

They are on disk, so that a million of them need no memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, Self

from include.autopilot.drops.findings import Sighting
from include.autopilot.drops.placeholders import is_ambiguous, is_placeholder
from include.autopilot.drops.samekeys import Spelt, rounded, spellings
from include.autopilot.rows.identity import Identity, identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.settings.identity import Rule

# key: the same text. spelling: another text that spells the same key, or another case of it with the same content.
# content: equal features and target under another key. case: another key but for upper and lower case.
How = Literal["key", "spelling", "content", "case"]
_COLUMNS = "folded TEXT, key TEXT, print TEXT, holdout TEXT, row TEXT"


class HeldRow(NamedTuple):
    """A row of a holdout.

    :param row: where it stands, ``sealed.csv:17``: the file and the line there.
    """

    key: str
    fingerprint: str
    holdout: str
    row: str


class Match(NamedTuple):
    """A row of a holdout that another row was found to be."""

    how: How
    held: HeldRow

    def keeps_out(self, same_row: Rule) -> bool:
        """Whether the row is kept out of the training.

        :param same_row: what is done about equal rows under another key.
        """
        return self.how in ("key", "spelling") or (self.how == "content" and same_row == "refuse")


class HeldOut:
    """The rows; use it in a ``with`` statement."""

    def __init__(self, rows: Iterable[HeldRow] = ()) -> None:
        self._table = KeyTable(_COLUMNS, looked_up=("folded", "print"))
        self._keyless: list[HeldRow] = []
        self.add(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._table.__exit__(*failure)

    def add(self, rows: Iterable[HeldRow]) -> None:
        """Add rows as they come."""
        self._table.add((self._named(row).folded, *row) for row in rows)

    @property
    def keyless(self) -> Sequence[HeldRow]:
        """The rows whose key says that there is none; a number may be a real one."""
        return self._keyless

    def rows(self, holdout: str) -> int:
        """Return how many rows a holdout has."""
        ((found,),) = self._table.select("SELECT COUNT(*) FROM rows WHERE holdout = ?", (holdout,))
        return int(found)

    def match(self, row: Identity, fingerprint: str) -> Match | None:
        """Return the row of a holdout that a row is; a key counts for more than content.

        :param fingerprint: empty where it is not known.
        """
        cased: HeldRow | None = None
        spelt: HeldRow | None = None
        for held in self._found("folded = ?", row.folded):
            if held.key == row.key:
                return Match("key", held)
            if identity(held.key).normal == row.normal or (fingerprint and held.fingerprint == fingerprint):
                spelt = spelt or held
            cased = held
        if spelt is not None:
            return Match("spelling", spelt)
        if fingerprint and (found := self._found("print = ? LIMIT 1", fingerprint)):
            return Match("content", found[0])
        return None if cased is None else Match("case", cased)

    def spellings(self) -> Iterator[Spelt]:
        """Return the keys that are not the only spelling, those that belong together side by side."""
        return spellings(self._table, "row", str)

    def _named(self, row: HeldRow) -> Identity:
        named = identity(row.key)
        if is_placeholder(named) and not is_ambiguous(named):
            self._keyless.append(row)
        return named

    def rounded(self) -> Iterator[Sighting]:
        """Return the rows whose key is a long number that a tool has rounded."""
        return rounded(self._table, "row", str)

    def _found(self, condition: str, value: str) -> list[HeldRow]:
        query = f"SELECT key, print, holdout, row FROM rows WHERE {condition}"  # noqa: S608 - ours
        return [HeldRow(*found) for found in self._table.select(query, (value,))]
