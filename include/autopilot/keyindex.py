"""The key index of a prepared drop: for every row its key, where it stands in the chunks, and where it came from.

It is stored beside the chunks, in their order, so that later runs can compare keys without reading the drop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from include.autopilot.csvlines import encode_line
from include.autopilot.objectreader import read_rows

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


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


def read_index(s3: S3Client, folder: str) -> Iterator[Indexed]:
    """Yield the rows of a prepared drop, a few at a time in memory.

    :param folder: that of the chunks.
    """
    for key, chunk, place, file, number, target in read_rows(s3, index_uri(folder)):
        yield Indexed(key, chunk, int(place), int(file), int(number), target)
