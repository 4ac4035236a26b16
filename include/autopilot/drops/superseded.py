"""What superseded rows are: rows whose key comes again in a newer drop, so that a run leaves them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from include.autopilot.base.folders import PreparedFolder
from include.autopilot.drops.split import Side


@dataclass(frozen=True)
class Removed:
    """The superseded lines of one chunk.

    :param digest: of the list of lines; names the list, and every copy made without them.
    :param rows: how many.
    """

    digest: str
    rows: int


@dataclass(frozen=True)
class Superseded:
    """The superseded rows of one drop.

    :param chunks: chunk -> its lines; chunks without any are not there.
    :param train_classes: class -> rows, of the training side; empty for a regression, as is ``validation_classes``.
    :param repeated: how many of the rows are superseded by a row of the same drop, not of a newer one.
    """

    chunks: Mapping[str, Removed] = field(default_factory=dict)
    train_classes: Mapping[str, int] = field(default_factory=dict)
    validation_classes: Mapping[str, int] = field(default_factory=dict)
    repeated: int = 0

    def rows(self, side: Side) -> int:
        """Return how many rows of a side are superseded."""
        return sum(removed.rows for chunk, removed in self.chunks.items() if chunk.startswith(f"{side}/"))


@dataclass(frozen=True)
class Measured:
    """One row of a key that comes more than once: where it was delivered, and its target."""

    row: str
    target: str


@dataclass(frozen=True)
class Conflict:
    """A key with more than one target. The first row is the one that is used."""

    key: str
    rows: tuple[Measured, ...]


@dataclass(frozen=True)
class Conflicts:
    """Keys whose rows do not agree on the target: how many, and the first few."""

    keys: int = 0
    examples: tuple[Conflict, ...] = ()


def list_uri(folder: str, digest: str) -> str:
    """Return where a list of superseded lines is: the places from 0, one a line, ascending.

    :param folder: that of the drop's chunks, ``…/rows``.
    """
    return PreparedFolder.of(folder).superseded(digest)
