"""Open one CSV file and read it row by row, in constant memory: its encoding, its compression, its header.

Rows count from 1 without the header; lines count from 1 with it, as an editor does.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any, Protocol, cast

from include.autopilot.data.cells import Findings, Record
from include.autopilot.errors import ContractError

_GZIP = ".gz"


class Source(Protocol):
    """Where bytes come from: an open file, or the body of an S3 object."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""


class CsvFile:
    """One CSV file, open.

    :param name: its address, for messages; one that ends with ``.gz`` is unpacked while it is read.
    :param source: its bytes.
    :raises ContractError: it is empty, its header is not CSV, or it is not UTF-8.
    """

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        packed = name.endswith(_GZIP)
        plain = gzip.GzipFile(fileobj=cast("io.BufferedIOBase", source)) if packed else source
        self._counted = _Counted(plain)
        # By itself csv knows only line feeds inside quotes; newline="" leaves line ends as they are.
        # The wrapper needs no more of a file than this one has.
        readable: Any = self._counted
        self._text = io.TextIOWrapper(readable, encoding="utf-8-sig", newline="")
        self._reader = csv.reader(self._lines(), strict=True)
        self.header = self._read_header()

    def records(self, findings: Findings) -> Iterator[Record]:
        """Yield the rows that have one cell per column; blank lines are no rows.

        :param findings: gets the rows that have not.
        """
        row = 0
        while True:
            before = self._reader.line_num
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                bad = Record(row + 1, before + 1, (), False)
                findings.add(None, bad, f"is not CSV: {error}", "Quote cells that hold commas or quotes")
                return
            if cells is None:
                return
            if not cells:
                continue
            row += 1
            record = Record(row, before + 1, cells, self._reader.line_num - before > 1)
            if len(cells) == len(self.header):
                yield record
            else:
                fault = f"has {len(cells)} cells where the header has {len(self.header)}"
                findings.add(None, record, fault, "Give every row one cell per column and quote cells that hold commas")

    def _read_header(self) -> list[str]:
        try:
            found = next((cells for cells in self._reader if any(map(str.strip, cells)) or len(cells) > 1), None)
        except csv.Error as error:
            sentence = f"{self.name}: the header (line 1) is not CSV: {error}. Quote names with commas."
            raise ContractError([sentence]) from error
        if found is None:
            raise ContractError([f"{self.name} is empty. Deliver a CSV file with a header, or remove the file."])
        return found

    def _lines(self) -> Iterator[str]:
        try:
            yield from self._text
        except UnicodeDecodeError as error:
            byte, line = self._counted.place(error)
            where = "the header (line 1)" if line == 1 else f"row {line - 1} (line {line})"
            raise ContractError([f"{self.name} is not UTF-8: byte {byte} in {where}. Save it as UTF-8."]) from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ContractError([f"{self.name} is not a whole gzip file: {error}. Deliver it again."]) from error


class _Counted(io.BufferedIOBase):
    """Counts what was read, so that a byte that is not UTF-8 has a place."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._bytes = 0
        self._feeds = 0

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self._bytes += len(piece)
        self._feeds += piece.count(b"\n")
        return piece

    def read(self, size: int | None = -1, /) -> bytes:
        return self.read1(-1 if size is None else size)

    def place(self, error: UnicodeDecodeError) -> tuple[int, int]:
        """Return the byte (from 0) and the line (from 1) of what could not be decoded."""
        # What the decoder holds is the end of what was read.
        rest = error.object[error.start :]
        return self._bytes - len(rest), self._feeds - rest.count(b"\n") + 1
