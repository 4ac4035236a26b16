"""Open one CSV file and read it row by row, in constant memory.

Rows count from 1 without the header; lines count from 1 with it, as an editor does. Lines that are blank or have blank
cells only, as spreadsheets leave them at the end, are no rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from include.autopilot.base.errors import ContractError, EmptyFileError
from include.autopilot.rows.cells import Findings, Record
from include.autopilot.rows.csvtext import LONGEST_ROW, CsvText
from include.autopilot.rows.source import Source

# Characters of a block: what is held together at most, apart from the row that exceeds it.
_BLOCK = 8_000_000
_QUOTES = "Quote cells that hold commas or quotes, and close every quote"
# Around the names of a header that was joined with its file: blanks, and the byte-order mark that the file began with.
_AROUND = " \t\ufeff"


class CsvFile:
    """One CSV file, open.

    :param name: its address, for messages; one that ends with ``.gz`` is unpacked while it is read.
    :param source: its bytes.
    :ivar line: the line that its header begins on; blank ones may stand before it.
    :raises EmptyFileError: it has nothing but blank cells, if that.
    :raises ContractError: it is no CSV in UTF-8.
    """

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        self._text = CsvText(name, source)
        # A row may be one cell, of a column that nobody needs. The limit is the whole process's, whose other readers
        # mind no larger one; it is never lowered again, so that threads do not get into each other's way.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))
        # By itself csv knows only line feeds inside quotes, so the lines come with their own line ends.
        self._reader = csv.reader(iter(self._text), strict=True)
        self.line = 1
        self.header = self._read_header()

    def blocks(self, findings: Findings, size: int) -> Iterator[list[Record]]:
        """Yield the same rows as :meth:`records`, several together.

        :param size: how many; fewer where they are long.
        """
        records = self.records(findings)
        for first in records:
            block, length = [first], self._text.taken
            while length <= _BLOCK and len(block) < size and (record := next(records, None)) is not None:
                block.append(record)
                length += self._text.taken
            yield block

    def records(self, findings: Findings) -> Iterator[Record]:
        """Yield the rows that have one cell per column.

        :param findings: gets the rows that have not, and those that repeat the header.
        """
        row = 0
        while True:
            before = self._reader.line_num
            try:
                cells = self._next()
            except csv.Error as error:
                findings.add(None, Record(row + 1, before + 1, (), False), f"is not CSV: {error}", _QUOTES)
                return
            if cells is None:
                return
            if not any(map(str.strip, cells)):
                continue
            row += 1
            record = Record(row, before + 1, cells, self._reader.line_num - before > 1, self._text.odd)
            if len(cells) != len(self.header):
                fault = f"has {len(cells)} cells where the header has {len(self.header)}"
                findings.add(None, record, fault, "Give every row one cell per column and quote cells that hold commas")
            elif self._is_header(cells):
                findings.add(None, record, "repeats the header: files were joined", "Remove that line")
            else:
                yield record

    @property
    def ended(self) -> bool:
        """Whether the last line that was read has a line end; that of a file that was cut off has none."""
        return self._text.ended

    def _is_header(self, cells: Sequence[str]) -> bool:
        return all(cell.strip(_AROUND) == name.strip(_AROUND) for cell, name in zip(cells, self.header, strict=True))

    def _next(self) -> list[str] | None:
        self._text.begin_row()
        return next(self._reader, None)

    def _read_header(self) -> list[str]:
        try:
            while (found := self._next()) is not None and not any(map(str.strip, found)):
                self.line = self._reader.line_num + 1
        except csv.Error as error:
            fault = f": the header (line {self.line}) is not CSV: {error}. Quote names with commas."
            raise self._refuse(fault) from error
        if found is None:
            empty = f"{self.name} is empty. Deliver a CSV file with a header, or remove the file."
            raise EmptyFileError([empty])
        first = ",".join(cell.strip() for cell in found).rstrip(",")
        if first.lower().startswith("sep=") and len(first) <= len("sep=,"):
            fault = f": line {self.line} says sep=, which is a note for Excel and no header. Remove that line."
            raise self._refuse(fault)
        if "\0" in "".join(found):
            raise self._refuse(f" has NUL bytes in its header (line {self.line}). Export it again as CSV in UTF-8.")
        return found

    def _refuse(self, fault: str) -> ContractError:
        return ContractError([f"{self.name}{fault}"])
