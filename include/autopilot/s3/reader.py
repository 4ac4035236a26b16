"""Read an S3 object piece by piece, in constant memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING, Any

from include.autopilot.base.digest import Digester
from include.autopilot.s3.objects import SOURCE_METADATA, open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BUFFER = 2**18
_PIECE = 2**20


class Hashed:
    """An open file as a stream whose digest is taken while it is read.

    :param uri: its address or path.
    :param body: its bytes.
    :param source: where its rows come from; None: nobody said.
    """

    def __init__(self, uri: str, body: Any, source: str | None = None) -> None:
        self.uri = uri
        self.source = source
        self._body = body
        self._digester = Digester()

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        piece: bytes = self._body.read(_PIECE if size < 0 else size)
        self._digester.add(piece)
        return piece

    def digest(self) -> str:
        """Read to the end and return the digest of the whole object."""
        return self._whole().digest

    def sha256(self) -> str:
        """Return the same with all its 64 digits."""
        return self._whole().sha256

    def close(self) -> None:
        """Let go of the file or the connection."""
        self._body.close()

    def _whole(self) -> Digester:
        while self.read(_PIECE):
            pass
        return self._digester


class HashedObject(Hashed):
    """An object as such a stream.

    :param etag: S3's mark of the content that is meant; None: whatever is there.
    :raises MissingObjectError: there is no such object, or it has another content.
    """

    def __init__(self, s3: S3Client, uri: str, etag: str | None = None) -> None:
        response = open_object(s3, uri, etag)
        super().__init__(uri, response["Body"], response.get("Metadata", {}).get(SOURCE_METADATA))


def digest_of(s3: S3Client, uri: str) -> str:
    """Return the digest of an object.

    :raises MissingObjectError: there is no such object.
    """
    with closing(HashedObject(s3, uri)) as found:
        return found.digest()


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
