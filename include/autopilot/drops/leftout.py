"""What a run leaves out of its drops: rows whose key comes again in a newer one, and rows that judge while new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from include.autopilot.base.folders import PreparedFolder
from include.autopilot.drops.split import Side
from include.autopilot.s3.bundle import Bundle


@dataclass(frozen=True)
class Removed:
    """The lines of one chunk that are left out.

    :param digest: of the list of lines; names the list, and every copy made without them.
    :param rows: how many.
    """

    digest: str
    rows: int


@dataclass(frozen=True)
class Superseded:
    """The rows of one drop that are left out: superseded ones and, of a model that they judge, recent ones.

    :param chunks: chunk -> its lines; chunks without any are not there.
    :param train_classes: class -> rows, of the training side; empty for a regression, as is ``validation_classes``.
    :param repeated: how many of the rows are superseded by a row of the same drop, not of a newer one.
    :param judging: how many of the rows are left out because they judge, or are one row with one that does.
    """

    chunks: Mapping[str, Removed] = field(default_factory=dict)
    train_classes: Mapping[str, int] = field(default_factory=dict)
    validation_classes: Mapping[str, int] = field(default_factory=dict)
    repeated: int = 0
    judging: int = 0

    def rows(self, side: Side) -> int:
        """Return how many rows of a side are left out."""
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
    """Return where a list of lines that are left out is: the places from 0, one a line, ascending.

    :param folder: that of the drop's chunks, ``…/rows``.
    """
    return PreparedFolder.of(folder).superseded(digest)


def lines_out(bundle: Bundle, folder: str, digest: str) -> Iterator[int]:
    """Yield the lines of a list.

    :param bundle: the objects of the prepared drops.
    """
    return map(int, bundle.read(list_uri(folder, digest)).split())
