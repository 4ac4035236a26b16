"""The key index of a prepared drop: for every row its key, where it stands in the chunks, and where it came from.

It is stored beside the chunks, in their order, so that later runs can compare keys without reading the drop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from include.autopilot.data.bundle import Bundle
from include.autopilot.data.csvlines import encode_line
from include.autopilot.objectreader import rows_in


class Indexed(NamedTuple):
    """One row of a prepared drop.

    :param chunk: the chunk's key, ``train/chunk_0.csv``; ``place``: the line there, from 0.
    :param file: the drop's file, counted from 0 in the order of names; ``number``: the line there, from 1.
    :param target: the target's cell.
    """

    key: str
    chunk: str
    place: int
    file: int
    number: int
    target: str


def index_uri(folder: str) -> str:
    """Return where the key index of a prepared drop is.

    :param folder: that of the chunks, ``…/rows``.
    """
    return f"{folder.removesuffix('/rows')}/keys.csv"


def index_line(row: Indexed) -> bytes:
    """Return one line of an index."""
    return f"{encode_line([str(cell) for cell in row])}\n".encode()


def read_index(bundle: Bundle, folder: str) -> Iterator[Indexed]:
    """Yield the rows of a prepared drop; of a large one a few at a time are in memory.

    :param bundle: the objects of prepared drops.
    :param folder: that of the chunks.
    """
    with bundle.opened(index_uri(folder)) as index:
        for key, chunk, place, file, number, target in rows_in(index):
            yield Indexed(key, chunk, int(place), int(file), int(number), target)
