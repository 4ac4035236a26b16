"""Write lines as chunks of bounded size: SageMaker works on several files at once, and none is too large to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from include.autopilot.base.folders import chunk_name
from include.autopilot.s3.writer import ObjectWriter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A chunk is closed by the first line that takes it to this size. It decides where chunks begin, so it is part of what
# names a prepared drop's folder.
CHUNK_BYTES = 64 * 2**20


class ChunkWriter:
    """The chunks of one side. All of them appear together, at :meth:`finish`.

    :param folder: the S3 folder that the chunks' keys are below.
    :param name: the folder of these chunks below it: ``train`` or ``validation``.
    :param source: where the rows come from.
    """

    def __init__(self, s3: S3Client, folder: str, name: str, source: str | None, size: int) -> None:
        self._s3 = s3
        self._folder = folder
        self._name = name
        self._source = source
        self._size = size
        self._writers: dict[str, ObjectWriter] = {}
        self._lines: dict[str, int] = {}
        self._open: tuple[str, ObjectWriter] | None = None

    @property
    def lines(self) -> Mapping[str, int]:
        """Lines per chunk."""
        return self._lines

    @property
    def digests(self) -> Mapping[str, str]:
        """The digest of every chunk's bytes."""
        return {chunk: writer.digest for chunk, writer in self._writers.items()}

    def add(self, line: str) -> tuple[str, int]:
        """Add a line and return where it stands: the chunk and its place there, from 0."""
        chunk, writer = self._open or self._begin()
        writer.write(f"{line}\n".encode())
        place = self._lines[chunk]
        self._lines[chunk] = place + 1
        if writer.size >= self._size:
            writer.close()
            self._open = None
        return chunk, place

    def finish(self) -> None:
        """Make the chunks appear."""
        for writer in self._writers.values():
            writer.finish()

    def abort(self) -> None:
        """Give them up."""
        for writer in self._writers.values():
            writer.abort()

    def _begin(self) -> tuple[str, ObjectWriter]:
        chunk = chunk_name(self._name, len(self._writers))
        self._writers[chunk] = ObjectWriter(self._s3, f"{self._folder}/{chunk}", "text/csv", self._source)
        self._lines[chunk] = 0
        self._open = chunk, self._writers[chunk]
        return self._open
