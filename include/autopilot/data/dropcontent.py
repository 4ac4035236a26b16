"""The content of a drop: a digest per file, and the files as streams that prove to be what the digest says."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.data.drops import Drop
from include.autopilot.digest import Digester, of_json
from include.autopilot.errors import DropError
from include.autopilot.objects import SOURCE_METADATA, open_object
from include.autopilot.source import combine

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PIECE = 2**20


@dataclass(frozen=True)
class FileContent:
    """One file as it was read: its digest, S3's mark and size of what was read, and where its rows come from."""

    digest: str
    etag: str
    size: int
    source: str | None


@dataclass(frozen=True)
class DropContent:
    """A drop and what is in it.

    :param files: the drop's files by their names below its folder, in order.
    :param digest: the digest of the files' contents in order; names and dates do not count.
    """

    drop: Drop
    files: Mapping[str, FileContent]
    digest: str

    @property
    def source(self) -> str | None:
        """Where the rows come from."""
        return combine(file.source for file in self.files.values())


def content_of(s3: S3Client, drop: Drop, known: Mapping[str, FileContent]) -> DropContent:
    """Return the content of a drop; files that S3 marks as they were before are not read again.

    :param known: the files as an earlier run read them; empty where none did.
    """
    files = {}
    for listed in drop.files:
        name = listed.uri.rpartition("/")[2]
        before = known.get(name)
        unchanged = before is not None and (before.etag, before.size) == (listed.etag, listed.size)
        files[name] = before if before is not None and unchanged else _read(s3, listed.uri)
    return DropContent(drop, files, digest_of(files))


def digest_of(files: Mapping[str, FileContent]) -> str:
    """Return the digest of a drop's files in order."""
    return of_json([file.digest for file in files.values()])


class DropFile:
    """One file of a drop as a stream; :meth:`check` says whether it still is the file that the digest is of."""

    def __init__(self, s3: S3Client, uri: str, digest: str) -> None:
        self._uri = uri
        self._expected = digest
        self._body: Any = open_object(s3, uri)["Body"]
        self._digester = Digester()

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        piece: bytes = self._body.read(_PIECE if size < 0 else size)
        self._digester.add(piece)
        return piece

    def check(self) -> None:
        """Read to the end and compare.

        :raises DropError: the file was changed since its digest was taken.
        """
        while self.read(_PIECE):
            pass
        if self._digester.digest != self._expected:
            raise DropError(f"{self._uri} was changed while it was read. Clear the prepare task when it is complete.")

    def close(self) -> None:
        """Let go of the connection."""
        self._body.close()


def _read(s3: S3Client, uri: str) -> FileContent:
    response = open_object(s3, uri)
    digester = Digester()
    with closing(response["Body"]) as body:
        while piece := body.read(_PIECE):
            digester.add(piece)
    source = response.get("Metadata", {}).get(SOURCE_METADATA)
    return FileContent(digester.digest, response["ETag"], response["ContentLength"], source)
