"""Cells that a search would learn from, or lose, and that every later run refuses: found before it begins.

Before there is a candidate, nothing says which columns are numbers. A search takes a column for that when nearly all of
its values are, and the others for missing; from then on each run refuses the others, in drops that the search has used
and that may not change any more. So the search's own decision is made beforehand, and they are refused at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from include.autopilot.base.errors import ContractError
from include.autopilot.base.numbers import is_blank, read_number, read_numbers
from include.autopilot.candidate.contract import Contract
from include.autopilot.rows.cells import NUMBER_FIX, Record, fault_of, with_count
from include.autopilot.rows.identity import visible
from include.cells import FITTING, says_nothing
from include.cells.kind import kind_of

# What looks at the rows of a file: its address, its header, some rows.
Watch = Callable[[str, Sequence[str], Sequence[Record]], None]
# So many cells tell how numbers or texts of a column are written.
_LOOKED_AT = 1000
# More different texts are no classes that anybody spells twice.
_MOST_CLASSES = 1000
_OTHERWISE = "; if the column is to be texts, dates or amounts, write all of its cells so (B7, 2024-01-31, $7)"


@dataclass
class _Odd:
    """The first of some rows of a file, and how many there are."""

    row: int
    line: int
    cell: str
    rows: int = 0


class _Some:
    """Some of many texts, evenly chosen."""

    def __init__(self) -> None:
        self.seen = 0
        self._kept: list[str] = []
        self._step = 1

    def add(self, texts: Sequence[str]) -> None:
        self._kept += texts[-self.seen % self._step :: self._step]
        self.seen += len(texts)
        while len(self._kept) > 2 * _LOOKED_AT:
            self._kept, self._step = self._kept[::2], 2 * self._step

    def counts(self) -> Counter[str]:
        """How often each comes, about."""
        return Counter({text: count * self._step for text, count in Counter(self._kept).items()})


class _Feature:
    """One column.

    :ivar odd: of each file, the rows that are refused if the column is numbers.
    """

    def __init__(self) -> None:
        self._numbers, self._texts = _Some(), _Some()
        self.odd: dict[str, _Odd] = {}

    @property
    def is_numeric(self) -> bool:
        """Whether a search reads the column as numbers."""
        filled = self._numbers.seen + self._texts.seen
        if not filled or self._numbers.seen < FITTING * filled:
            return False
        # The share is that of all cells; how they are written, some of them tell.
        return kind_of(self._numbers.counts() + self._texts.counts(), read_number, filled).name not in (
            "datetime",
            "amount",
        )

    def add(
        self, file: str, cells: Sequence[str], good: Sequence[bool], records: Sequence[Record], seen: Sequence[bool]
    ) -> None:
        """Take some rows into account.

        :param good: of each cell, whether it is a number that trainers can take.
        :param seen: of each row, whether a search sees it.
        """
        numbers, texts = [], []
        for cell, fits, record, decides in zip(cells, good, records, seen, strict=True):
            what = "number" if fits else _what(cell)
            if decides and what == "number":
                numbers.append(cell)
            elif decides and what == "text":
                texts.append(cell)
            if not fits and what != "blank":
                self.odd.setdefault(file, _Odd(record.row, record.line, cell)).rows += 1
        self._numbers.add(numbers)
        self._texts.add(texts)


class FirstLook:
    """What is seen of the rows before a search.

    :param contract: of the first file.
    :param known: classes of a candidate that there is, which a run takes as they are.
    """

    def __init__(self, contract: Contract, known: Collection[str] = ()) -> None:
        self._features = {name: _Feature() for name in contract.features}
        self._measured = contract.target
        self._target = None if contract.target in contract.numeric else contract.target
        self._known = frozenset(known)
        self._classes: dict[str, dict[str, _Odd]] = {}

    def add(self, file: str, header: Sequence[str], records: Sequence[Record]) -> None:
        """Look at rows that a search may see."""
        self._add(file, header, records, held=False)

    def add_held(self, file: str, header: Sequence[str], records: Sequence[Record]) -> None:
        """Look at sealed rows, which decide nothing."""
        self._add(file, header, records, held=True)

    def refuse(self) -> None:
        """Refuse what every later run would refuse.

        :raises ContractError: there is such a cell.
        """
        if told := [sentence for _, sentence in self.faults()]:
            raise ContractError(told)

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield the file and a sentence of everything that every later run would refuse."""
        yield from self._odd_numbers()
        yield from self._odd_classes()

    def _add(self, file: str, header: Sequence[str], records: Sequence[Record], held: bool) -> None:
        places = [header.index(name) for name in self._features]
        columns = np.array([[record.cells[place] for record in records] for place in places], dtype=object)
        with np.errstate(over="ignore"):
            good = np.isfinite(read_numbers(columns).astype(np.float32))
        place = header.index(self._measured)
        seen = [not (held or is_blank(record.cells[place])) for record in records]
        for feature, cells, fits in zip(self._features.values(), columns.tolist(), good.tolist(), strict=True):
            feature.add(file, cells, fits, records, seen)
        if self._target is not None:
            for record in records:
                self._add_class(file, record, record.cells[place].strip())

    def _add_class(self, file: str, record: Record, label: str) -> None:
        if label in self._known or is_blank(label):
            return
        if label in self._classes or len(self._classes) < _MOST_CLASSES:
            self._classes.setdefault(label, {}).setdefault(file, _Odd(record.row, record.line, label)).rows += 1

    def _odd_numbers(self) -> Iterator[tuple[str, str]]:
        for name, feature in self._features.items():
            if not (feature.odd and feature.is_numeric):
                continue
            for file, odd in feature.odd.items():
                fault, fix = fault_of(odd.cell)
                reads = "Nearly all values of the column are numbers: a search reads it so, and every run refuses this"
                yield file, _told(file, name, odd, fault, f"{reads}. {fix}{_OTHERWISE if fix == NUMBER_FIX else ''}")

    def _odd_classes(self) -> Iterator[tuple[str, str]]:
        if self._target is None:
            return
        alike: dict[str, list[str]] = {}
        for label, places in self._classes.items():
            alike.setdefault(visible(label), []).append(label)
            if says_nothing(label):
                for file, odd in places.items():
                    fault = f"has the class {label!r}, which a search takes for no value"
                    fix = f"Name the class otherwise, {renamed(label)!r} say, or empty the cell if nothing was measured"
                    yield file, _told(file, self._target, odd, fault, fix)
        for labels in alike.values():
            usual, *others = sorted(labels, key=lambda label: -sum(odd.rows for odd in self._classes[label].values()))
            for label in others:
                for file, odd in self._classes[label].items():
                    fault = f"has the class {label!r}, which looks like {usual!r} and is another text"
                    yield file, _told(file, self._target, odd, fault, f"Write {usual!r} if that is meant")


def renamed(label: str) -> str:
    """Return a name for a class that no reader takes for a missing value: ``class_None``."""
    return f"class_{label.strip()}" if any(map(str.isalnum, label)) else "class_unknown"


@lru_cache(maxsize=10_000)
def _what(cell: str) -> str:
    """Return what a search makes of a cell of numbers: ``blank``, ``number``, ``text``, or ``nothing``, as of NA."""
    if is_blank(cell):
        return "blank"
    if says_nothing(cell):
        return "nothing"
    number = read_number(cell)
    return "text" if number is None or math.isinf(number) else "number"


def _told(file: str, column: str, odd: _Odd, fault: str, fix: str) -> str:
    place = f"{file}: column {column!r}, row {odd.row} (line {odd.line})"
    return with_count(f"{place} {fault}. {fix}.", odd.rows - 1)
