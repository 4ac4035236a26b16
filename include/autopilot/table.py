"""Read one CSV file, check it against the contract, and give its rows as prepared CSV lines.

Cells are read as text and stay text, so that a finding can name row and cell, and no number is rounded on the way.
Rows count from 1 without the header; lines count from 1 with it, as an editor does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from include.autopilot.cells import Findings, Record, check_numbers, is_blank
from include.autopilot.classcolumn import ClassColumn
from include.autopilot.contract import Contract
from include.autopilot.csvlines import encode_line
from include.autopilot.errors import ContractError
from include.autopilot.header import check_header

# Rows looked at together: enough to make the numeric check fast, few enough to hold as text.
_BLOCK = 2000


@dataclass(frozen=True)
class Table:
    """One checked file.

    :param rows: data rows in the file.
    :param lines: (key, CSV line without line end) of every row that has a target, in the file's order.
    :param unusable: rows without a target.
    :param extra: columns that nobody asked for; they are left out.
    :param classes: the class of every line; empty for a regression.
    """

    file: str
    rows: int
    lines: tuple[tuple[str, str], ...]
    unusable: int
    extra: tuple[str, ...]
    classes: tuple[str, ...] = ()


def read_header(file: str, body: bytes) -> list[str]:
    """Return the column names of a file.

    :raises ContractError: the file is empty or not UTF-8 CSV.
    """
    return _header(file, _reader(_decode(file, body)))


def read_table(
    file: str,
    body: bytes,
    contract: Contract,
    ignore: Sequence[str] = (),
    select: Sequence[str] | None = None,
    seen: MutableMapping[str, str] | None = None,
    search: str = "the search",
) -> Table:
    """Check one file and return its usable rows.

    :param file: its address, for messages.
    :param ignore: columns that may be there and are not reported.
    :param select: columns of the lines, in order; the contract's unless told. May include the key.
    :param seen: key -> where it stood, of the files read before; extended by this file's keys.
    :param search: what to run to learn a new class, for messages.
    :raises ContractError: the file breaks the contract; one sentence per problem.
    """
    reader = _reader(_decode(file, body))
    header = _header(file, reader)
    extra = check_header(file, header, contract, ignore)
    wanted = contract.columns if select is None else tuple(select)
    scan = _Scan(file, header, contract, wanted, {} if seen is None else seen, search)
    records = _records(reader, header, scan.findings)
    while block := list(islice(records, _BLOCK)):
        scan.add(block)
    return scan.finish(extra)


class _Scan:
    """The state of one pass over a file."""

    def __init__(
        self,
        file: str,
        header: list[str],
        contract: Contract,
        wanted: Sequence[str],
        seen: MutableMapping[str, str],
        search: str,
    ) -> None:
        self.findings = Findings(file)
        self._file = file
        self._header = header
        self._key = header.index(contract.key)
        self._target = header.index(contract.target)
        self._numeric = [header.index(column) for column in contract.numeric]
        self._wanted = [header.index(column) for column in wanted]
        self._seen = seen
        classes = contract.target not in contract.numeric
        self._classed = ClassColumn(contract.target, contract.labels, search) if classes else None
        self._rows = 0
        self._lines: list[tuple[str, str]] = []
        self._classes: list[str] = []

    def add(self, block: list[Record]) -> None:
        self._rows += len(block)
        check_numbers(block, self._numeric, self._header, self.findings)
        pick = itemgetter(*self._wanted)
        for record in block:
            key = record.cells[self._key].strip()
            self._check_key(record, key)
            if record.spans_lines:
                self._check_breaks(record)
            cells = self._usable(record)
            if cells is not None:
                picked = pick(cells) if len(self._wanted) > 1 else (pick(cells),)
                self._lines.append((key, encode_line(picked)))

    def finish(self, extra: tuple[str, ...]) -> Table:
        self.findings.raise_if_any()
        if not self._rows:
            raise ContractError([f"{self._file} has a header and no rows. Deliver the rows, or remove the file."])
        if not self._lines:
            column = self._header[self._target]
            fault = f"none of its {self._rows} rows is usable: column {column!r} is empty from row 1 on"
            raise ContractError([f"{self._file}: {fault} (line 2). Deliver the measured values, or remove the file."])
        unusable = self._rows - len(self._lines)
        return Table(self._file, self._rows, tuple(self._lines), unusable, extra, tuple(self._classes))

    def _usable(self, record: Record) -> Sequence[str] | None:
        """Return the cells, a class as the candidate spells it; None where there is no target to learn from."""
        cell = record.cells[self._target]
        if self._classed is None:
            return None if is_blank(cell) else record.cells
        label = self._classed.label(record, cell, self.findings)
        if label is None:
            return None
        self._classes.append(label)
        if label == cell:
            return record.cells
        return [label if place == self._target else text for place, text in enumerate(record.cells)]

    def _check_key(self, record: Record, key: str) -> None:
        column = self._header[self._key]
        if not key:
            self.findings.add(column, record, "has no key", "Give every row its own key")
        elif key in self._seen:
            first = self._seen[key]
            self.findings.add(column, record, f"repeats the key {key!r} of {first}", "Keep one of the two rows")
        else:
            self._seen[key] = f"{self._file} row {record.row}"

    def _check_breaks(self, record: Record) -> None:
        for position in (self._key, *self._wanted):
            if "\n" in record.cells[position] or "\r" in record.cells[position]:
                column = self._header[position]
                self.findings.add(column, record, "holds a line break", "SageMaker splits rows there; remove it")


def _decode(file: str, body: bytes) -> str:
    if not body.strip():
        raise ContractError([f"{file} is empty. Deliver a CSV file with a header, or remove the file."])
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        where = "the header (line 1)" if line == 1 else f"row {line - 1} (line {line})"
        raise ContractError([f"{file} is not UTF-8: byte {error.start} in {where}. Save it as UTF-8."]) from error


def _reader(text: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), strict=True)


def _header(file: str, reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(cells for cells in reader if cells)
    except csv.Error as error:
        raise ContractError([f"{file}: the header (line 1) is not CSV: {error}. Quote names with commas."]) from error


def _records(reader: Iterator[list[str]], header: list[str], findings: Findings) -> Iterator[Record]:
    """Yield the rows that have one cell per column; blank lines are no rows."""
    row = 0
    while True:
        before = _line(reader)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            bad = Record(row + 1, before + 1, (), False)
            findings.add(None, bad, f"is not CSV: {error}", "Quote cells that hold commas or quotes")
            return
        if cells is None:
            return
        if not cells:
            continue
        row += 1
        record = Record(row, before + 1, cells, _line(reader) - before > 1)
        if len(cells) == len(header):
            yield record
        else:
            fault = f"has {len(cells)} cells where the header has {len(header)}"
            findings.add(None, record, fault, "Give every row one cell per column and quote cells that hold commas")


def _line(reader: Iterator[list[str]]) -> int:
    """Return how many lines the reader has read; typing knows csv's readers as plain iterators."""
    return int(getattr(reader, "line_num"))  # noqa: B009
