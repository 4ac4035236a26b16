"""A prepared drop, as plans and checks tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from include.autopilot.drops.placeholders import Placeholder


@dataclass(frozen=True)
class Prepared:
    """What is known about a prepared drop; the content of ``check.json``.

    :param digest: the digest of the drop.
    :param prepared: the digest of the chunks; names the folder of their features.
    :param folder: the S3 prefix with the chunks; ``train/`` and ``validation/`` below it.
    :param chunks: the chunks' keys below the folder. A side without rows has none.
    :param lines: rows per chunk.
    :param keys: the digest of the key index.
    :param rows: rows in the drop; ``train`` + ``validation`` + ``held_out`` + ``unusable``.
    :param held_out: rows that are in a holdout, so no training sees them.
    :param unusable: rows without a target.
    :param extra: columns nobody asked for.
    :param train_classes: class -> rows, of the training side; empty for a regression, as is ``validation_classes``.
    :param matches: rows that are, or may be, a holdout's though their key is written differently; see
        :mod:`include.autopilot.drops.keylists`.
    :param unended: files whose last line has no line end.
    :param placeholders: rows whose key says that there is none, those of a holdout included.
    :param empty: files without any cell, counted from 0 in the order of names; they are passed over.
    """

    digest: str
    prepared: str
    folder: str
    chunks: tuple[str, ...]
    lines: Mapping[str, int]
    keys: str
    rows: int
    train: int
    validation: int
    held_out: int
    unusable: int
    extra: tuple[str, ...]
    source: str | None
    train_classes: Mapping[str, int] = field(default_factory=dict)
    validation_classes: Mapping[str, int] = field(default_factory=dict)
    matches: int = 0
    placeholders: tuple[Placeholder, ...] = ()
    unended: tuple[str, ...] = ()
    empty: tuple[int, ...] = ()
