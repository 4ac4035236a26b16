"""All rows of a run's drops in one table on disk: what is found by comparing them with each other is asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from include.autopilot.drops.keylists import KEY_INDEX
from include.autopilot.drops.plan import PlannedDrop
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.s3.bundle import Bundle

# rank: how new a row's last delivery is; drop_: the drop's place among the run's.
_COLUMNS = (
    "key TEXT, folded TEXT, print TEXT, rank INTEGER, file INTEGER, number INTEGER, drop_ INTEGER, chunk TEXT, "
    "place INTEGER, target TEXT"
)


@contextmanager
def rows_of_drops(bundle: Bundle, drops: Sequence[PlannedDrop]) -> Iterator[KeyTable]:
    """Give the table of the rows of drops, without those of a holdout.

    :param bundle: the objects of the prepared drops.
    :param drops: the run's, oldest first; of drops with the same content the first stands for all.
    """
    # A drop that was delivered again is as new as its last delivery.
    ranks = {drop.prepared.digest: place for place, drop in enumerate(drops)}
    with KeyTable(_COLUMNS) as table:
        for place, drop in enumerate(drops):
            if drop.repeats is None:
                table.add(_ranked(bundle, place, drop, ranks[drop.prepared.digest]))
        yield table


def _ranked(bundle: Bundle, place: int, drop: PlannedDrop, rank: int) -> Iterator[tuple[Any, ...]]:
    for row in KEY_INDEX.read(bundle, drop.prepared.folder):
        folded = identity(row.key).folded
        yield (
            row.key, folded, row.fingerprint, rank, row.file, row.number, place, row.chunk, row.place, row.target,
        )  # fmt: skip
