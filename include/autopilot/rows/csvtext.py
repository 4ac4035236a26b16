"""The text of one CSV file, line by line: unpacked, decoded, and never more of it in memory than one row may have."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any, cast

from include.autopilot.base.errors import ContractError
from include.autopilot.rows.cells import LONGEST_CELL
from include.autopilot.rows.filekind import Peeked, foreign, is_gzip
from include.autopilot.rows.source import Source

# Characters of a row, its line ends included. No table needs more; a file that is one endless line, or whose quote is
# never closed, is read into memory up to here.
LONGEST_ROW = 8_000_000
_ASCII = 127
_UNREADABLE = (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error)


class CsvText:
    """The lines of one file, with their line ends.

    :param name: its address, for messages; one that ends with ``.gz`` is unpacked while it is read.
    :param source: its bytes.
    :ivar taken: characters read since :meth:`begin_row`.
    :ivar odd: whether there was a NUL among them, or a line that is longer than a cell may be.
    :ivar ended: whether the last line has a line end.
    :raises ContractError: here or while it is read: it is no text in UTF-8, no whole gzip file, or has an endless row.
    """

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        self.taken = 0
        self._lines = self._row = 0
        self.odd = False
        self.ended = True
        try:
            self._counted = _Counted(self._unpacked(Peeked(source)))
        except _UNREADABLE as error:
            raise self._refusal(error) from error
        # The wrapper needs no more of a file than this one has; newline="" leaves line ends as they are.
        readable: Any = self._counted
        self._text = io.TextIOWrapper(readable, encoding="utf-8-sig", newline="")

    def begin_row(self) -> None:
        """Count characters anew; a row goes on until this is called again."""
        self.taken, self.odd, self._row = 0, False, self._lines

    def __iter__(self) -> Iterator[str]:
        """Yield line by line."""
        while line := self._line():
            yield line

    def _line(self) -> str:
        try:
            line = self._text.readline(LONGEST_ROW + 1 - self.taken)
        except _UNREADABLE as error:
            raise self._refusal(error) from error
        self._lines += 1
        # At the end of the file there is no line, which says nothing of the last one.
        self.ended = line.endswith(("\n", "\r")) if line else self.ended
        self.odd |= len(line) > LONGEST_CELL or "\0" in line
        self.taken += len(line)
        if self.taken > LONGEST_ROW:
            raise ContractError([f"{self.name}: {self._endless()}"])
        return line

    def _endless(self) -> str:
        first, last = self._row + 1, self._lines
        if first == last:
            fix = "Check that rows end with line ends, and leave out what no cell of a table is meant to hold"
            return f"line {first} has more than {LONGEST_ROW:,} characters. {fix}."
        fix = "Probably a quote that opens in it is never closed; close it"
        return f"the row that begins on line {first} has more than {LONGEST_ROW:,} characters by line {last}. {fix}."

    def _unpacked(self, file: Peeked) -> Peeked:
        if self.name.endswith(".gz") and is_gzip(file.head):
            file = Peeked(gzip.GzipFile(fileobj=cast("io.BufferedIOBase", file)))
        elif self.name.endswith(".gz") and file.head and foreign(file.head) is None:
            raise ContractError(
                [f"{self.name} is not a whole gzip file: Not a gzipped file at all. Name it <name>.csv."]
            )
        if reason := foreign(file.head):
            raise ContractError([f"{self.name} {reason}"])
        return file

    def _refusal(self, error: Exception) -> ContractError:
        """Return what to say of what cannot be read, with its place."""
        if not isinstance(error, UnicodeDecodeError):
            return ContractError([f"{self.name} is not a whole gzip file: {error}. Deliver it again."])
        byte, line = self._counted.place(error)
        where = "in the header (line 1)" if line == 1 else f"on line {line}"
        latin = _latin(error.object[error.start])
        fault = f"is not UTF-8: byte {byte} {where}. Save it as UTF-8.{latin}"
        if error.reason == "unexpected end of data":
            fault = f"ends {where} (byte {byte}) in the middle of a character, so it was cut off. Deliver it again."
            if not self._counted.proves_utf8(error):
                fault += f" If it is whole, it is not UTF-8; save it as UTF-8.{latin}"
        return ContractError([f"{self.name} {fault}"])


class _Counted(io.BufferedIOBase):
    """Counts what was read, so that a byte that is not UTF-8 has a place."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._bytes = 0
        self._ends = {b"\n": 0, b"\r": 0}
        self._others = 0

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self._bytes += len(piece)
        self._others += 0 if piece.isascii() else sum(byte > _ASCII for byte in piece)
        for end in self._ends:
            self._ends[end] += piece.count(end)
        return piece

    def read(self, size: int | None = -1, /) -> bytes:
        return self.read1(-1 if size is None else size)

    def proves_utf8(self, error: UnicodeDecodeError) -> bool:
        """Whether what could not be decoded at the end can only be UTF-8: so much of a character, or others before."""
        rest = error.object[error.start :]
        return len(rest) > 1 or self._others > len(rest)

    def place(self, error: UnicodeDecodeError) -> tuple[int, int]:
        """Return the byte (from 0) and the line (from 1) of what could not be decoded."""
        # What the decoder holds is the end of what was read.
        rest = error.object[error.start :]
        # Lines end with either sign, or with both.
        lines = max(count - rest.count(end) for end, count in self._ends.items())
        return self._bytes - len(rest), lines + 1


def _latin(byte: int) -> str:
    """Return what the byte would be in the encoding that Western spreadsheets write, as a sentence; '' for nothing."""
    letter = bytes([byte]).decode("cp1252", "ignore")
    return (
        f" It seems to be Latin-1 (Windows-1252), where that byte is {letter!r}."
        if letter.isprintable() and letter
        else ""
    )
