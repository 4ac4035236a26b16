"""Find the rows that newer ones supersede: of one key the newest drop's row counts.

Within a drop, and between two drops of one day, the later name counts, and within a file the later line. A row without
a target, or one that is held out, is not among the rows and supersedes nothing.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from include.autopilot.base.digest import of_bytes
from include.autopilot.base.numbers import read_number
from include.autopilot.drops.leftout import Conflict, Conflicts, Measured, Removed, Superseded, list_uri
from include.autopilot.drops.plan import PlannedDrop
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.objects import write

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REPEATED = """
    SELECT key, file, number, drop_, chunk, place, target FROM rows
    WHERE key IN (SELECT key FROM rows GROUP BY key HAVING COUNT(*) > 1)
    ORDER BY key, rank DESC, file DESC, number DESC
"""


class Aside(NamedTuple):
    """A row that is left out for another reason: the place of its drop, its chunk, its line there, its target."""

    drop: int
    chunk: str
    place: int
    target: str


# Examples that a report shows; each with few rows.
_EXAMPLES = 5
_ROWS = 4


def supersede(
    s3: S3Client, bundle: Bundle, drops: Sequence[PlannedDrop], table: KeyTable, aside: Iterable[Aside] = ()
) -> tuple[tuple[PlannedDrop, ...], Conflicts]:
    """Return the drops with the rows that are left out of them, and the keys whose targets conflict.

    :param bundle: the objects of the prepared drops.
    :param drops: the run's, oldest first.
    :param table: their rows, see :func:`include.autopilot.drops.runrows.rows_of_drops`.
    :param aside: rows that are left out and are not in the table any more.
    """
    found = _Found(drops)
    for row in aside:
        found.set_aside(row)
    for key, rows in groupby(table.select(_REPEATED), key=itemgetter(0)):
        found.add(key, rows)
    return found.write(s3, bundle), Conflicts(found.conflicts, tuple(found.examples))


class _Found:
    """The rows found so far that are left out."""

    def __init__(self, drops: Sequence[PlannedDrop]) -> None:
        self._drops = drops
        # Eight bytes a row: a drop that supersedes another one whole may have many.
        self._lines: dict[tuple[int, str], array[int]] = defaultdict(lambda: array("q"))
        self._classes: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        self._repeated: Counter[int] = Counter()
        self._aside: Counter[int] = Counter()
        self.conflicts = 0
        self.examples: list[Conflict] = []

    def set_aside(self, row: Aside) -> None:
        """Add a row that is left out for another reason than a newer one."""
        self._leave_out(row)
        self._aside[row.drop] += 1

    def add(self, key: str, rows: Iterator[tuple[Any, ...]]) -> None:
        """Add the rows of one key, the one that counts first."""
        kept = next(rows)
        told, conflict = [self._measured(kept)], False
        for row in rows:
            _, _, _, drop, chunk, place, target = row
            self._leave_out(Aside(drop, chunk, place, target))
            self._repeated[drop] += drop == kept[3]
            conflict = conflict or not _same(target, kept[-1])
            if len(told) < _ROWS:
                told.append(self._measured(row))
        if conflict:
            self.conflicts += 1
            if len(self.examples) < _EXAMPLES:
                self.examples.append(Conflict(key, tuple(told)))

    def write(self, s3: S3Client, bundle: Bundle) -> tuple[PlannedDrop, ...]:
        """Write the lists of lines beside the prepared drops, and return the drops with them."""
        chunks: dict[int, dict[str, Removed]] = defaultdict(dict)
        for (place, chunk), lines in sorted(self._lines.items()):
            body = "".join(f"{line}\n" for line in sorted(lines)).encode()
            digest = of_bytes(body)
            uri = list_uri(self._drops[place].prepared.folder, digest)
            if not bundle.holds(uri, body):
                write(s3, uri, body, "text/plain")
            chunks[place][chunk] = Removed(digest, len(lines))
        return tuple(
            replace(drop, superseded=self._superseded(place, drop, chunks[place])) if place in chunks else drop
            for place, drop in enumerate(self._drops)
        )

    def _superseded(self, place: int, drop: PlannedDrop, chunks: dict[str, Removed]) -> Superseded:
        repeated, judging = self._repeated[place], self._aside[place]
        if not drop.prepared.train_classes and not drop.prepared.validation_classes:
            return Superseded(chunks, repeated=repeated, judging=judging)
        classes = self._classes
        return Superseded(chunks, dict(classes[place, "train"]), dict(classes[place, "validation"]), repeated, judging)

    def _leave_out(self, row: Aside) -> None:
        self._lines[row.drop, row.chunk].append(row.place)
        self._classes[row.drop, row.chunk.partition("/")[0]][row.target] += 1

    def _measured(self, row: tuple[Any, ...]) -> Measured:
        _, file, number, drop, _, _, target = row
        return Measured(self._drops[drop].row(file, number), target)


def _same(one: str, other: str) -> bool:
    """Whether two cells state the same target: 3 and 3.0 do."""
    number = read_number(one)
    return one.strip() == other.strip() if number is None else number == read_number(other)
