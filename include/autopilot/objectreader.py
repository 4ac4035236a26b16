"""Read an S3 object piece by piece, in constant memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING, Any

from include.autopilot.objects import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BUFFER = 2**18


@contextmanager
def opened(s3: S3Client, uri: str) -> Iterator[io.BufferedReader]:
    """Open an object as a file.

    :raises MissingObjectError: there is no such object.
    """
    with closing(open_object(s3, uri)["Body"]) as body:
        yield io.BufferedReader(_Raw(body), _BUFFER)


def read_rows(s3: S3Client, uri: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV file that this package wrote.

    :raises MissingObjectError: there is no such object.
    """
    with opened(s3, uri) as file:
        yield from rows_in(file)


def rows_in(file: IO[bytes]) -> Iterator[list[str]]:
    """Yield the rows of an open CSV file that this package wrote."""
    yield from csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))


class _Raw(io.RawIOBase):
    """The body of an S3 object as Python's own files are."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece: bytes = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
