"""Cells that a search would learn from, or lose, and that every later run refuses: found before it begins.

Before there is a candidate, nothing says which columns are numbers. A search takes a column for that when nearly all of
its values are, and the others for missing; from then on each run refuses the others, in drops that the search has used
and that may not change any more. So the search's own decision is made beforehand. What is meant as a number or as no
value is refused at once, because the fix is cheap. Codes and words among numbers (A17, red) are only told: to write a
whole column otherwise is not. Where there is a template, its runs decide: what they refuse is refused, what they accept
is only told.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from include.autopilot.base.errors import ContractError
from include.autopilot.base.numbers import is_blank, read_answer, read_number, read_numbers
from include.autopilot.candidate.contract import Contract, Schema
from include.autopilot.rows.cells import Record, fault_of, with_count
from include.autopilot.rows.identity import identity, number_form, visible
from include.autopilot.rows.novalue import NO_VALUE
from include.cells import FITTING, says_nothing
from include.cells.kind import kind_of

# What looks at the rows of a file: its address, its header, some rows.
Watch = Callable[[str, Sequence[str], Sequence[Record]], None]
# So many cells tell how numbers or texts of a column are written.
_LOOKED_AT = 1000
# More different texts are no classes that anybody spells twice.
_MOST_CLASSES = 1000
_SHOWN = 40
_CLASSES_TOLD = 5
# A longer text is prose, or a number that is written as all are.
_LONGEST = 40
# What stands beside a number and leaves it one: bounds, about, per cent.
_BESIDE = re.compile(r"[<>=≤≥~≈±%‰]")
_IGNORE = "name the column under ignore in the YAML of the model"


class Fault(NamedTuple):
    """What a search would make of cells.

    :ivar file: the address of a file that has them.
    :ivar sentence: which cells, and what to do.
    :ivar refused: whether it stops a search; otherwise it is only told.
    """

    file: str
    sentence: str
    refused: bool


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

    :ivar meant: of each file, the rows that runs refuse if the column is numbers, as :func:`is_meant` has them.
    :ivar texts: the same of codes and words.
    """

    def __init__(self) -> None:
        self._numbers, self._texts = _Some(), _Some()
        self.meant: dict[str, _Odd] = {}
        self.texts: dict[str, _Odd] = {}

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
                odd = self.meant if is_meant(cell) else self.texts
                odd.setdefault(file, _Odd(record.row, record.line, cell)).rows += 1
        self._numbers.add(numbers)
        self._texts.add(texts)


class FirstLook:
    """What is seen of the rows before a search.

    :param contract: of the first file.
    :param schema: what the candidate that there is says of its columns, by which runs accept or refuse.
    :param binary: whether the search is asked for a pipeline of two classes.
    """

    def __init__(self, contract: Contract, schema: Schema | None = None, *, binary: bool = False) -> None:
        self._binary = binary
        self._features = {name: _Feature() for name in contract.features}
        self._measured = contract.target
        self._target = None if contract.target in contract.numeric else contract.target
        self._known = frozenset(map(str.strip, schema.labels)) if schema else frozenset()
        self._schema = schema
        # Where the candidate does not say which classes it knows, runs accept any.
        self._any_class = schema is not None and not schema.labels and contract.target not in schema.numeric
        self._classes: dict[str, dict[str, _Odd]] = {}

    def add(self, file: str, header: Sequence[str], records: Sequence[Record]) -> None:
        """Look at rows that a search may see."""
        self._add(file, header, records, held=False)

    def add_held(self, file: str, header: Sequence[str], records: Sequence[Record]) -> None:
        """Look at sealed rows, which decide nothing."""
        self._add(file, header, records, held=True)

    def refuse(self) -> None:
        """Refuse what no search should learn from.

        :raises ContractError: there is such a cell.
        """
        if told := [fault.sentence for fault in self.faults() if fault.refused]:
            raise ContractError(told)

    def faults(self, own: str = "") -> Iterator[Fault]:
        """Yield what is refused, by column and file, and what is only told, by column.

        :param own: a file that is named first where several have what is told.
        """
        yield from self._odd_numbers(own)
        yield from self._odd_classes(own)
        yield from self._classes_beyond_two(own) if self._binary else ()

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

    def _odd_numbers(self, own: str) -> Iterator[Fault]:
        for name, feature in self._features.items():
            if not (feature.meant or feature.texts) or not feature.is_numeric:
                continue
            # What runs refuse now, no search may seal. Of a column that the candidate does not have it says nothing.
            old = self._schema is not None and name in self._schema.columns
            numeric = self._schema is not None and name in self._schema.numeric
            if numeric:
                for file, odd in chain(feature.meant.items(), feature.texts.items()):
                    yield Fault(file, _told(file, name, odd, *fault_of(odd.cell)), refused=True)
                continue
            if feature.meant:
                for file, odd in [_first(feature.meant, own)] if old else feature.meant.items():
                    fault, fix = fault_of(odd.cell)
                    fault += ". Nearly all values of the column are numbers, and a search that reads it so makes every "
                    fault += "later run refuse this"
                    fix = f"{fix}, or {_IGNORE}" if self._schema else fix
                    yield Fault(file, _told(file, name, odd, fault, fix), refused=not old)
            if feature.texts:
                file, odd = _first(feature.texts, own)
                fault = f"holds {odd.cell[:_SHOWN]!r} among numbers. A search that reads the column as numbers, as the "
                fault += f"embedded AWS does where {FITTING * 100:g} % are, makes every later run refuse such cells"
                fix = f"If they are to stay, {_IGNORE} or write all of its cells so (B7 for 7)"
                yield Fault(file, _told(file, name, odd, fault, fix), refused=False)

    def _odd_classes(self, own: str) -> Iterator[Fault]:
        if self._target is None:
            return
        alike: dict[str, list[str]] = {}
        for label, places in self._classes.items():
            alike.setdefault(visible(label), []).append(label)
            if says_nothing(label):
                if self._any_class:
                    fault = f"has the class {label!r}, which runs accept now. A search may take it for no value, as "
                    fault += "the embedded AWS does, and then every later run refuses it"
                    fix = f"Name the class otherwise before a search that is to know it, {renamed(label)!r} say"
                else:
                    fault = f"has the class {label!r}, which a search takes for no value"
                    fix = f"Name the class otherwise, {renamed(label)!r} say, or empty the cell if nothing was measured"
                yield from self._class_faults(places, own, fault, fix)
        for labels in alike.values():
            usual, *others = sorted(labels, key=lambda label: -self._rows_of(label))
            for label in others:
                fault = f"has the class {label!r}, which looks like {usual!r} and is another text"
                yield from self._class_faults(self._classes[label], own, fault, f"Write {usual!r} if that is meant")
        # Of those, the usual one stands for all.
        yield from self._nearly_alike([max(labels, key=self._rows_of) for labels in alike.values()], own)

    def _nearly_alike(self, labels: Sequence[str], own: str) -> Iterator[Fault]:
        """Yield classes that are others but for their case, as Yes and yes, or are other spellings of one number."""
        for usual, other in nearly_alike({label: self._rows_of(label) for label in labels}):
            file, odd = _first(self._classes[other], own)
            fault = f"has the class {other!r}, which is {usual!r} but for its case or spelling, and another class"
            yield Fault(file, _told(file, self._measured, odd, fault, f"Write {usual!r} if that is meant"), False)

    def _rows_of(self, label: str) -> int:
        return sum(odd.rows for odd in self._classes[label].values())

    def _classes_beyond_two(self, own: str) -> Iterator[Fault]:
        """Yield what no pipeline of two classes can learn; which two are meant, the files that are there decide."""
        rows: dict[float | str, tuple[int, int]] = {}
        named = {label: places for label, places in self._classes.items() if not says_nothing(label)}
        for label, places in named.items():
            there, all_rows = rows.get(_value(label), (0, 0))
            there += sum(odd.rows for file, odd in places.items() if file != own)
            rows[_value(label)] = there, all_rows + sum(odd.rows for odd in places.values())
        meant = sorted(rows, key=lambda value: rows[value], reverse=True)[:2]
        two = " and ".join(repr(next(label for label in named if _value(label) == value)) for value in meant)
        beyond = [label for label in named if _value(label) not in meant]
        for label in beyond[:_CLASSES_TOLD]:
            fault = (
                f"has the class {label!r}, one of {len(rows)}, and problem_type is BinaryClassification: of two, {two}"
            )
            fix = (
                "Correct the cell, or write problem_type: MulticlassClassification, and a metric for it, under search "
            )
            yield from self._class_faults(self._classes[label], own, fault, f"{fix}in the YAML of the model")

    def _class_faults(self, places: Mapping[str, _Odd], own: str, fault: str, fix: str) -> Iterator[Fault]:
        for file, odd in [_first(places, own)] if self._any_class else places.items():
            yield Fault(file, _told(file, self._measured, odd, fault, fix), not self._any_class)


@lru_cache(maxsize=10_000)
def is_meant(cell: str) -> bool:
    """Whether a cell that is no number is meant as one, or as no value: NA, -, inf, 1,5, 1 000, 1_000, <5, ~7, 5 %, $5.

    It is not where it holds a code or a word: A17, 12a, red, n.b.
    """
    cell = cell.strip()
    if len(cell) > _LONGEST:
        return read_answer(cell) is not None
    text = visible(unicodedata.normalize("NFKC", cell))
    if says_nothing(text) or identity(text).folded in NO_VALUE or not any(map(str.isalnum, text)):
        return True
    bare = "".join(sign for sign in _BESIDE.sub("", text) if unicodedata.category(sign) != "Sc").strip(" _")
    return read_answer(bare) is not None or number_form(bare) is not None


def nearly_alike(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield pairs of classes that differ in case, or in the spelling of a number, only: the usual one first.

    :param counts: class -> rows.
    """
    usual: dict[str, str] = {}
    for label in sorted(counts, key=lambda label: -counts[label]):
        if (first := usual.setdefault(identity(label).folded, label)) != label:
            yield first, label


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


def _first(places: Mapping[str, _Odd], own: str) -> tuple[str, _Odd]:
    """Return a file and its first row, counted for all files.

    :param own: the file, if it is among them.
    """
    file = own if own in places else next(iter(places))
    return file, replace(places[file], rows=sum(odd.rows for odd in places.values()))


def _value(label: str) -> float | str:
    """Return what a class says: two ways to write a number are one."""
    number = read_number(label)
    return label if number is None else number


def _told(file: str, column: str, odd: _Odd, fault: str, fix: str) -> str:
    place = f"{file}: column {column!r}, row {odd.row} (line {odd.line})"
    return with_count(f"{place} {fault}. {fix}.", odd.rows - 1)
