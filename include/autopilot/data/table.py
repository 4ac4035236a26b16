"""Read one CSV file, check it against the contract, and give its rows as prepared CSV lines.

Cells are read as text and stay text, so that a finding can name row and cell, and no number is rounded on the way. A
file is read in blocks: how much memory it takes does not depend on its length.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from include.autopilot.contract import Contract
from include.autopilot.data.cells import Findings, Record, check_numbers, is_blank
from include.autopilot.data.classcolumn import ClassColumn
from include.autopilot.data.csvfile import CsvFile, Source
from include.autopilot.data.csvlines import encode_line
from include.autopilot.data.header import check_header
from include.autopilot.errors import ContractError

# Cells looked at together: enough to make the numeric check fast, few enough to hold as text.
_CELLS = 200_000
_FEWEST, _MOST = 50, 2000


class Row(NamedTuple):
    """One usable row.

    :param line: the wanted cells as a CSV line without line end.
    :param target: the target's cell; a class as the candidate spells it.
    :param number: the line of the file that it begins on.
    """

    key: str
    line: str
    target: str
    number: int


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


def read_table(
    file: str,
    body: bytes,
    contract: Contract,
    ignore: Sequence[str] = (),
    select: Sequence[str] | None = None,
    seen: MutableMapping[str, str] | None = None,
    search: str = "the search",
) -> Table:
    """Check one small file whose keys must differ, and return its usable rows.

    :param seen: key -> where it stood, of the files read before; extended by this file's keys.
    :raises ContractError: the file breaks the contract or has no rows; one sentence per problem.
    """
    known = {} if seen is None else seen
    scan = Scan(file, io.BytesIO(body), contract, ignore, select, known, search)
    rows = [row for block in scan.blocks() for row in block]
    if not scan.rows:
        raise ContractError([f"{file} has a header and no rows. Deliver the rows, or remove the file."])
    lines = tuple((row.key, row.line) for row in rows)
    classes = tuple(row.target for row in rows) if scan.classed else ()
    return Table(file, scan.rows, lines, scan.rows - scan.usable, scan.extra, classes)


class Scan:
    """One pass over a file.

    :param file: its address, for messages.
    :param ignore: columns that may be there and are not reported.
    :param select: columns of the lines, in order; the contract's unless told. May include the key.
    :param seen: key -> where it stood, of the files read before; a key that is there already is a fault. None: keys may
        come again.
    :param search: what to run to learn a new class, for messages.
    :raises ContractError: the header breaks the contract.
    """

    def __init__(
        self,
        file: str,
        source: Source,
        contract: Contract,
        ignore: Sequence[str] = (),
        select: Sequence[str] | None = None,
        seen: MutableMapping[str, str] | None = None,
        search: str = "the search",
    ) -> None:
        self._csv = CsvFile(file, source)
        self._header = header = self._csv.header
        self.extra = check_header(file, header, contract, ignore)
        self._findings = Findings(file)
        self._key = header.index(contract.key)
        self._target = header.index(contract.target)
        self._numeric = [header.index(column) for column in contract.numeric]
        self._wanted = [header.index(column) for column in (contract.columns if select is None else select)]
        self._seen = seen
        self.classed = contract.target not in contract.numeric
        self._classes = ClassColumn(contract.target, contract.labels, search) if self.classed else None
        self.rows = 0
        self.usable = 0

    def blocks(self) -> Iterator[list[Row]]:
        """Yield the usable rows, block by block; what breaks the contract is raised at the end.

        :raises ContractError: rows break the contract, or none of them has a target; one sentence per problem.
        """
        size = min(_MOST, max(_FEWEST, _CELLS // len(self._header)))
        records = self._csv.records(self._findings)
        while block := list(islice(records, size)):
            yield self._rows(block)
        self._findings.raise_if_any()
        if self.rows and not self.usable:
            column = self._header[self._target]
            fault = f"none of its {self.rows} rows is usable: column {column!r} is empty from row 1 on (line 2)"
            raise ContractError([f"{self._csv.name}: {fault}. Deliver the measured values, or remove the file."])

    def _rows(self, block: list[Record]) -> list[Row]:
        self.rows += len(block)
        check_numbers(block, self._numeric, self._header, self._findings)
        pick = itemgetter(*self._wanted)
        found = []
        for record in block:
            key = record.cells[self._key].strip()
            self._check_key(record, key)
            if record.spans_lines:
                self._check_breaks(record)
            cells = self._usable(record)
            if cells is not None:
                picked = pick(cells) if len(self._wanted) > 1 else (pick(cells),)
                found.append(Row(key, encode_line(picked), cells[self._target], record.line))
        self.usable += len(found)
        return found

    def _usable(self, record: Record) -> Sequence[str] | None:
        """Return the cells, a class as the candidate spells it; None where there is no target to learn from."""
        cell = record.cells[self._target]
        if self._classes is None:
            return None if is_blank(cell) else record.cells
        label = self._classes.label(record, cell, self._findings)
        if label is None or label == cell:
            return None if label is None else record.cells
        return [label if place == self._target else text for place, text in enumerate(record.cells)]

    def _check_key(self, record: Record, key: str) -> None:
        column = self._header[self._key]
        if not key:
            self._findings.add(column, record, "has no key", "Give every row its own key")
        elif self._seen is not None:
            place = f"{self._csv.name} row {record.row}"
            first = self._seen.setdefault(key, place)
            if first is not place:
                self._findings.add(column, record, f"repeats the key {key!r} of {first}", "Keep one of the two rows")

    def _check_breaks(self, record: Record) -> None:
        for position in (self._key, *self._wanted):
            if "\n" in record.cells[position] or "\r" in record.cells[position]:
                column = self._header[position]
                self._findings.add(column, record, "holds a line break", "SageMaker splits rows there; remove it")
