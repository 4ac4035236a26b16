"""The content of a drop: a digest per file, and the files as streams that prove to be what the digest says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.base.digest import Digester, of_json
from include.autopilot.base.errors import DropError, EmptyFileError
from include.autopilot.base.source import combine
from include.autopilot.drops.listing import Drop
from include.autopilot.s3.objects import SOURCE_METADATA, open_object
from include.autopilot.s3.reader import HashedObject

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


class DropFile(HashedObject):
    """One file of a drop as a stream; :meth:`check` says whether it still is the file that the digest is of."""

    def __init__(self, s3: S3Client, uri: str, digest: str) -> None:
        super().__init__(s3, uri)
        self._expected = digest

    def check(self) -> None:
        """Read to the end and compare.

        :raises DropError: the file was changed since its digest was taken.
        """
        if self.digest() != self._expected:
            raise DropError(f"{self.uri} was changed while it was read. Clear the prepare task when it is complete.")


def read_files(s3: S3Client, content: DropContent, read: Callable[[int, str, DropFile], None]) -> tuple[int, ...]:
    """Read every file of a drop, in order, and see that each is what its digest says.

    :param read: reads one file; its number, counted from 0, its address and the open file.
    :return: the numbers of empty files: a writer in parts leaves them beside others where it had no rows.
    :raises EmptyFileError: all files are empty.
    :raises DropError: a file was changed since its digest was taken.
    """
    empty: list[int] = []
    for number, (listed, known) in enumerate(zip(content.drop.files, content.files.values(), strict=True)):
        with closing(DropFile(s3, listed.uri, known.digest)) as file:
            try:
                read(number, listed.uri, file)
            except EmptyFileError:
                empty.append(number)
                if len(empty) == len(content.files):
                    raise
            file.check()
    return tuple(empty)


def _read(s3: S3Client, uri: str) -> FileContent:
    response = open_object(s3, uri)
    digester = Digester()
    with closing(response["Body"]) as body:
        while piece := body.read(_PIECE):
            digester.add(piece)
    source = response.get("Metadata", {}).get(SOURCE_METADATA)
    return FileContent(digester.digest, response["ETag"], response["ContentLength"], source)
