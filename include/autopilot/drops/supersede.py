"""Find the rows that newer ones supersede: of one key the newest drop's row counts.

Within a drop, and between two drops of one day, the later name counts, and within a file the later line. A row without
a target, or one that is held out, is not among the rows and supersedes nothing.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from include.autopilot.base.digest import of_bytes
from include.autopilot.base.numbers import read_number
from include.autopilot.drops.plan import PlannedDrop
from include.autopilot.drops.superseded import Conflict, Conflicts, Measured, Removed, Superseded, list_uri
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
# Examples that a report shows; each with few rows.
_EXAMPLES = 5
_ROWS = 4


def supersede(
    s3: S3Client, bundle: Bundle, drops: Sequence[PlannedDrop], table: KeyTable
) -> tuple[tuple[PlannedDrop, ...], Conflicts]:
    """Return the drops with their superseded rows, and the keys whose targets conflict.

    :param bundle: the objects of the prepared drops.
    :param drops: the run's, oldest first.
    :param table: their rows, see :func:`include.autopilot.drops.runrows.rows_of_drops`.
    """
    found = _Found(drops)
    for key, rows in groupby(table.select(_REPEATED), key=itemgetter(0)):
        found.add(key, rows)
    return found.write(s3, bundle), Conflicts(found.conflicts, tuple(found.examples))


class _Found:
    """The superseded rows found so far."""

    def __init__(self, drops: Sequence[PlannedDrop]) -> None:
        self._drops = drops
        # Eight bytes a row: a drop that supersedes another one whole may have many.
        self._lines: dict[tuple[int, str], array[int]] = defaultdict(lambda: array("q"))
        self._classes: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        self._repeated: Counter[int] = Counter()
        self.conflicts = 0
        self.examples: list[Conflict] = []

    def add(self, key: str, rows: Iterator[tuple[Any, ...]]) -> None:
        """Add the rows of one key, the one that counts first."""
        kept = next(rows)
        told, conflict = [self._measured(kept)], False
        for row in rows:
            _, _, _, drop, chunk, place, target = row
            self._lines[drop, chunk].append(place)
            self._repeated[drop] += drop == kept[3]
            self._classes[drop, chunk.partition("/")[0]][target] += 1
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
        repeated = self._repeated[place]
        if not drop.prepared.train_classes and not drop.prepared.validation_classes:
            return Superseded(chunks, repeated=repeated)
        classes = self._classes
        return Superseded(chunks, dict(classes[place, "train"]), dict(classes[place, "validation"]), repeated)

    def _measured(self, row: tuple[Any, ...]) -> Measured:
        _, file, number, drop, _, _, target = row
        return Measured(self._drops[drop].row(file, number), target)


def _same(one: str, other: str) -> bool:
    """Whether two cells state the same target: 3 and 3.0 do."""
    number = read_number(one)
    return one.strip() == other.strip() if number is None else number == read_number(other)
