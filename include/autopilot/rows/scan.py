"""Read one CSV file, check it against the contract, and give its rows as CSV lines: the one road for rows.

Drops, holdouts, new rows to score and the table of a search are read by it. Cells are read as text and stay text, so
that a finding can name row and cell, and no number is rounded on the way. A file is read in blocks: how much memory it
takes does not depend on its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from include.autopilot.base.csvlines import encode_line
from include.autopilot.base.errors import ContractError
from include.autopilot.base.numbers import is_blank
from include.autopilot.candidate.contract import Contract
from include.autopilot.rows.cells import Findings, Record, check_numbers, check_texts
from include.autopilot.rows.classcolumn import ClassColumn
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.rows.fingerprint import fingerprint
from include.autopilot.rows.firstlook import Watch
from include.autopilot.rows.header import check_header
from include.autopilot.rows.identity import normal
from include.autopilot.rows.keytable import SeenKeys
from include.autopilot.rows.source import Source

# Cells looked at together: enough to make the numeric check fast, few enough to hold as text.
_CELLS = 200_000
_FEWEST, _MOST = 50, 2000


class Row(NamedTuple):
    """One usable row.

    :param line: the wanted cells as a CSV line without line end.
    :param target: the target's cell; a class as the candidate spells it. Empty where nothing is measured.
    :param number: the line of the file that it begins on.
    :param fingerprint: of its features and target; empty where nothing is measured.
    """

    key: str
    line: str
    target: str
    number: int
    fingerprint: str


class Scan:
    """One pass over a file.

    :param file: its address, for messages.
    :param ignore: columns that may be there and are not reported.
    :param select: columns of the lines, in order; the contract's unless told. May include the key.
    :param seen: the keys of the files read before; a key that is there already is a fault. None: keys may come again.
    :param search: what to run to learn a new class, for messages.
    :param measured: whether rows have a target. Of new rows all are usable, and a target that is there is not read.
    :param watch: is shown every row, with the file's name and its header.
    :raises ContractError: the header breaks the contract.
    """

    def __init__(
        self,
        file: str,
        source: Source,
        contract: Contract,
        ignore: Sequence[str] = (),
        select: Sequence[str] | None = None,
        seen: SeenKeys | None = None,
        search: str = "the search",
        measured: bool = True,
        watch: Watch | None = None,
    ) -> None:
        self._csv = CsvFile(file, source)
        self._header = header = self._csv.header
        self.extra = check_header(self._csv, contract, ignore, measured)
        self._findings = Findings(file)
        self._watch = watch
        self._key = header.index(contract.key)
        self._target = header.index(contract.target) if measured else None
        self._numeric = [header.index(column) for column in contract.numeric if measured or column != contract.target]
        self._content = [header.index(column) for column in contract.columns] if measured else []
        self._wanted = [header.index(column) for column in (contract.columns if select is None else select)]
        self._needed = tuple(dict.fromkeys((self._key, *self._wanted)))
        self._seen = seen
        self.classed = measured and contract.target not in contract.numeric
        self._classes = ClassColumn(contract.target, contract.labels, search) if self.classed else None
        self.rows = 0
        self.usable = 0
        self._begins = 0

    @property
    def faulty(self) -> bool:
        """Whether a row that was read so far breaks the contract."""
        return bool(self._findings)

    @property
    def ended(self) -> bool:
        """Whether the last line has a line end, once all rows were read."""
        return self._csv.ended

    def blocks(self) -> Iterator[list[Row]]:
        """Yield the usable rows, block by block; what breaks the contract is raised at the end.

        :raises ContractError: rows break the contract, or none of them has a target; one sentence per problem.
        """
        size = min(_MOST, max(_FEWEST, _CELLS // len(self._header)))
        for block in self._csv.blocks(self._findings, size):
            self._begins = self._begins or block[0].line
            yield self._rows(block)
        if self._target is not None and not self.classed:
            self._findings.ask_for_classes(self._header[self._target], self.usable)
        self._findings.raise_if_any()
        if self._target is not None and self.rows and not self.usable:
            empty = f"column {self._header[self._target]!r} is empty from row 1 on (line {self._begins})"
            fault = f"none of its {self.rows} rows is usable: {empty}"
            raise ContractError([f"{self._csv.name}: {fault}. Deliver the measured values, or remove the file."])

    def rows_of_any(self) -> Iterator[Row]:
        """Yield the usable rows of a file that must have some.

        :raises ContractError: it has no rows, or they break the contract; raised at the end.
        """
        for block in self.blocks():
            yield from block
        if not self.rows:
            raise ContractError([f"{self._csv.name} has a header and no rows. Deliver the rows, or remove the file."])

    def _rows(self, block: list[Record]) -> list[Row]:
        self.rows += len(block)
        if self._watch is not None:
            self._watch(self._csv.name, self._header, block)
        check_numbers(block, self._numeric, self._header, self._findings)
        pick = itemgetter(*self._wanted)
        found = []
        for record in block:
            key = record.cells[self._key].strip()
            self._check_key(record, key)
            check_texts(record, self._needed, self._numeric, self._header, self._findings)
            cells = self._usable(record)
            if cells is not None:
                picked = pick(cells) if len(self._wanted) > 1 else (pick(cells),)
                target = "" if self._target is None else cells[self._target]
                content = fingerprint([cells[place] for place in self._content]) if self._content else ""
                found.append(Row(key, encode_line(picked), target, record.line, content))
        self.usable += len(found)
        return found

    def _usable(self, record: Record) -> Sequence[str] | None:
        """Return the cells, a class as the candidate spells it; None where there is no target to learn from."""
        if self._target is None:
            return record.cells
        cell = record.cells[self._target]
        if self._classes is None:
            return None if is_blank(cell) else record.cells
        label = self._classes.label(record, cell, self._findings)
        if label is None or label == cell:
            return None if label is None else record.cells
        return [label if place == self._target else text for place, text in enumerate(record.cells)]

    def _check_key(self, record: Record, key: str) -> None:
        column = self._header[self._key]
        if not normal(key):
            self._findings.add(column, record, "has no key", "Give every row its own key")
        elif self._seen is not None and (before := self._seen.first(key, f"{self._csv.name} row {record.row}")):
            self._findings.add(column, record, f"repeats the key {key!r} of {before}", "Keep one of the two rows")
