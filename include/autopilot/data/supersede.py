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

from include.autopilot.data.bundle import Bundle
from include.autopilot.data.keyindex import read_index
from include.autopilot.data.keytable import KeyTable
from include.autopilot.data.superseded import Conflict, Conflicts, Measured, Removed, Superseded, list_uri
from include.autopilot.digest import of_bytes
from include.autopilot.objects import write
from include.autopilot.plan import PlannedDrop

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_COLUMNS = "key TEXT, rank INTEGER, file INTEGER, number INTEGER, drop_ INTEGER, chunk TEXT, place INTEGER, target TEXT"
_REPEATED = """
    SELECT key, file, number, drop_, chunk, place, target FROM rows
    WHERE key IN (SELECT key FROM rows GROUP BY key HAVING COUNT(*) > 1)
    ORDER BY key, rank DESC, file DESC, number DESC
"""
# Examples that a report shows; each with few rows.
_EXAMPLES = 5
_ROWS = 4


def supersede(s3: S3Client, bundle: Bundle, drops: Sequence[PlannedDrop]) -> tuple[tuple[PlannedDrop, ...], Conflicts]:
    """Return the drops with their superseded rows, and the keys whose targets conflict.

    :param bundle: the objects of the prepared drops.
    :param drops: the run's, oldest first; of drops with the same content the first stands for all.
    """
    found = _Found(drops)
    # A drop that was delivered again is as new as its last delivery.
    ranks = {drop.prepared.digest: place for place, drop in enumerate(drops)}
    with KeyTable(_COLUMNS) as table:
        for place, drop in enumerate(drops):
            if drop.repeats is None:
                table.add(_ranked(bundle, place, drop, ranks[drop.prepared.digest]))
        for key, rows in groupby(table.select(_REPEATED), key=itemgetter(0)):
            found.add(key, rows)
    return found.write(s3, bundle), Conflicts(found.conflicts, tuple(found.examples))


def _ranked(bundle: Bundle, place: int, drop: PlannedDrop, rank: int) -> Iterator[tuple[Any, ...]]:
    for row in read_index(bundle, drop.prepared.folder):
        yield row.key, rank, row.file, row.number, place, row.chunk, row.place, row.target


class _Found:
    """The superseded rows found so far."""

    def __init__(self, drops: Sequence[PlannedDrop]) -> None:
        self._drops = drops
        # Eight bytes a row: a drop that supersedes another one whole may have many.
        self._lines: dict[tuple[int, str], array[int]] = defaultdict(lambda: array("q"))
        self._classes: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        self.conflicts = 0
        self.examples: list[Conflict] = []

    def add(self, key: str, rows: Iterator[tuple[Any, ...]]) -> None:
        """Add the rows of one key, the one that counts first."""
        kept = next(rows)
        told, conflict = [self._measured(kept)], False
        for row in rows:
            _, _, _, drop, chunk, place, target = row
            self._lines[drop, chunk].append(place)
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
        if not drop.prepared.train_classes and not drop.prepared.validation_classes:
            return Superseded(chunks)
        return Superseded(chunks, dict(self._classes[place, "train"]), dict(self._classes[place, "validation"]))

    def _measured(self, row: tuple[Any, ...]) -> Measured:
        _, file, number, drop, _, _, target = row
        return Measured(self._drops[drop].row(file, number), target)


def _same(one: str, other: str) -> bool:
    """Whether two cells state the same target: 3 and 3.0 do."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one.strip() == other.strip()
