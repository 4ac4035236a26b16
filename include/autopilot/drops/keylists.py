"""The lists of rows that lie beside the chunks of a prepared drop, so that later runs need not read the drop.

The key index, ``keys.csv``, has every row: its key, where it stands in the chunks, and where it came from.
``matches.csv`` has the rows that are, or may be, a holdout's though their key is written differently; those that have
the holdout's own key are the usual case and are only counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from include.autopilot.base.csvlines import encode_line
from include.autopilot.base.folders import PreparedFolder
from include.autopilot.drops.heldout import How
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.reader import rows_in


class Indexed(NamedTuple):
    """One row of a prepared drop.

    :param chunk: the chunk's key, ``train/chunk_0.csv``; ``place``: the line there, from 0.
    :param file: the drop's file, counted from 0 in the order of names; ``number``: the line there, from 1.
    :param target: the target's cell.
    :param fingerprint: of features and target; empty in what earlier versions of this package prepared.
    """

    key: str
    chunk: str
    place: int
    file: int
    number: int
    target: str
    fingerprint: str = ""


class Matched(NamedTuple):
    """One row that is a holdout's.

    :param file: the drop's file, counted from 0 in the order of names; ``number``: the line there, from 1.
    :param held_key: the key of the holdout's row; ``held_row``: where that stands, ``sealed.csv:17``.
    """

    how: How
    key: str
    file: int
    number: int
    held_key: str
    holdout: str
    held_row: str


Listed = TypeVar("Listed", Indexed, Matched)


class KeyList(Generic[Listed]):
    """One kind of list.

    :param place: where it is in the folder of a drop.
    :param numbers: the places of the cells that are numbers.
    """

    def __init__(self, place: Callable[[PreparedFolder], str], kind: type[Listed], numbers: tuple[int, ...]) -> None:
        self._place = place
        self._kind: type[Any] = kind
        self._numbers = numbers

    def uri(self, folder: str) -> str:
        """Return where the list of a prepared drop is; one without rows is not there.

        :param folder: that of the chunks, ``…/rows``.
        """
        return self._place(PreparedFolder.of(folder))

    def line(self, row: Listed) -> bytes:
        """Return one line."""
        return f"{encode_line([str(cell) for cell in row])}\n".encode()

    def read(self, bundle: Bundle, folder: str) -> Iterator[Listed]:
        """Yield the rows of a prepared drop; of a large one a few at a time are in memory.

        :param bundle: the objects of prepared drops.
        :param folder: that of the chunks.
        """
        with bundle.opened(self.uri(folder)) as file:
            for cells in rows_in(file):
                row: list[Any] = cells
                for place in self._numbers:
                    row[place] = int(row[place])
                yield self._kind(*row)


KEY_INDEX = KeyList(lambda folder: folder.keys, Indexed, (2, 3, 4))
MATCH_LIST = KeyList(lambda folder: folder.matches, Matched, (2, 3))
