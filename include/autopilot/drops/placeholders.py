"""Keys that are none: what tools and people write where a row has no key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from include.autopilot.rows.identity import Identity, normal
from include.autopilot.rows.novalue import NO_VALUE

_NINES = ("9" * length for length in range(2, 10))
_NUMBERS = frozenset(map(normal, ("0", "-1", *(f"{sign}{nines}" for nines in _NINES for sign in ("", "-")))))
# Places that are told of one key.
_PLACES = 3


def is_placeholder(found: Identity) -> bool:
    """Whether a key looks like none: a word or a sign for "missing", or :func:`is_ambiguous`."""
    return found.folded in NO_VALUE or is_ambiguous(found) or not any(map(str.isalnum, found.normal))


def is_ambiguous(found: Identity) -> bool:
    """Whether a key that looks like none may well be a real one: 0, -1, 9999 and the like."""
    return found.normal in _NUMBERS


@dataclass(frozen=True)
class Placeholder:
    """Rows of one drop whose key looks like none, whatever its case.

    :param key: as the first of them writes it.
    :param ambiguous: it may well be a real one.
    :param first: the file, counted from 0, and the line of the first few; ``keys``: as these write it.
    :param alike: whether all of them write it so.
    :param held: rows of them that are kept out because a holdout has that key; None: nobody counted them.
    """

    key: str
    ambiguous: bool
    rows: int
    first: tuple[tuple[int, int], ...]
    # What earlier versions of this package prepared does not say the following.
    keys: tuple[str, ...] = ()
    alike: bool = False
    held: int | None = None

    @property
    def seen(self) -> Iterator[tuple[str, int, int]]:
        """Key, file and line of the first few."""
        keys = self.keys or (self.key,) * len(self.first)
        return ((key, *place) for key, place in zip(keys, self.first, strict=True))


class PlaceholderCount:
    """Counts such rows; takes no memory for others."""

    def __init__(self) -> None:
        self._found: dict[str, Placeholder] = {}

    @property
    def found(self) -> tuple[Placeholder, ...]:
        """What was counted so far."""
        return tuple(self._found.values())

    def add(self, row: Identity, file: int, number: int, held: bool = False) -> None:
        """Look at the key of a row.

        :param held: whether it is kept out because a holdout has that key.
        """
        if not is_placeholder(row):
            return
        # Signs are alike: there are few words, and many ways to draw a line.
        kind = row.folded if any(map(str.isalnum, row.folded)) else ""
        before = self._found.get(kind, Placeholder(row.key, is_ambiguous(row), 0, (), alike=True, held=0))
        self._found[kind] = replace(
            before,
            rows=before.rows + 1,
            first=(*before.first, (file, number))[:_PLACES],
            keys=(*before.keys, row.key)[:_PLACES],
            alike=before.alike and row.key == before.key,
            held=(before.held or 0) + held,
        )
