"""Prepare a drop: check it, keep the holdouts out, split it by key, write what the featurizer reads.

A prepared drop is chunks of CSV without a header, columns in the contract's order with the target in its place, and an
index of keys. It is made once per content, in one pass whose memory does not depend on the rows: its folder is named
after everything that decides what is in it, the chunks appear only when the whole drop was found good, and
``check.json`` is written last, so a folder with it is complete. Two runs that make it at once write the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.contract import Contract
from include.autopilot.data import chunks as chunking
from include.autopilot.data.bundle import Bundle
from include.autopilot.data.chunks import ChunkWriter
from include.autopilot.data.dropcontent import DropContent, DropFile
from include.autopilot.data.holdouts import Holdout, holdouts_digest
from include.autopilot.data.keyindex import Indexed, index_line, index_uri
from include.autopilot.data.split import SALT, SIDES, Side, side
from include.autopilot.data.table import Row, Scan
from include.autopilot.digest import of_json
from include.autopilot.errors import MissingObjectError
from include.autopilot.locations import Locations
from include.autopilot.objects import read_json, write_json
from include.autopilot.objectwriter import ObjectWriter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What lies in the folder of a prepared drop; another layout needs another folder.
_LAYOUT = "chunks-and-keys-v1"


@dataclass(frozen=True)
class Rules:
    """What decides, apart from the drop itself, what a prepared drop looks like.

    :param search: what to run to learn a new class, for messages; decides nothing.
    :param chunk_bytes: where a chunk ends.
    """

    contract: Contract
    ignore: tuple[str, ...]
    validation_fraction: float
    held_out: frozenset[str]
    holdouts: str
    search: str = "the search"
    chunk_bytes: int = chunking.CHUNK_BYTES

    @property
    def digest(self) -> str:
        """The digest that names the folder of drops prepared by these rules."""
        layout = [_LAYOUT, self.chunk_bytes]
        return of_json([self.contract.digest, SALT, self.validation_fraction, self.holdouts, layout])


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
    :param held_out: rows whose key is in a holdout, so no training sees them.
    :param unusable: rows without a target.
    :param extra: columns nobody asked for.
    :param train_classes: class -> rows, of the training side; empty for a regression, as is ``validation_classes``.
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


_ADAPTER = TypeAdapter(Prepared)


def rules_of(
    contract: Contract,
    ignore: tuple[str, ...],
    validation_fraction: float,
    holdouts: Sequence[Holdout],
    search: str = "the search",
) -> Rules:
    """Return the rules of a run."""
    keys = frozenset(key for holdout in holdouts for key in holdout.keys)
    return Rules(contract, ignore, validation_fraction, keys, holdouts_digest(holdouts), search)


def prepare_drop(s3: S3Client, bundle: Bundle, locations: Locations, content: DropContent, rules: Rules) -> Prepared:
    """Return the prepared drop, made now unless an earlier run made it.

    :param bundle: the drops that were prepared by these rules.
    :raises ContractError: a file breaks the contract; nothing is written then.
    :raises DropError: a file was changed while it was read; nothing is written then.
    """
    folder = locations.prepared(rules.digest, content.digest)
    try:
        return check_in(bundle, f"{folder}/rows")
    except MissingObjectError:
        return _make(s3, folder, content, rules)


def read_check(s3: S3Client, folder: str) -> Prepared:
    """Return what is known about the prepared drop whose chunks are in a folder.

    :raises MissingObjectError: it is not complete.
    """
    return _ADAPTER.validate_python(read_json(s3, _check_uri(folder)))


def check_in(bundle: Bundle, folder: str) -> Prepared:
    """Return the same as :func:`read_check`, which most runs need of many drops.

    :raises MissingObjectError: it is not complete.
    """
    return _ADAPTER.validate_python(bundle.read_json(_check_uri(folder)))


def _check_uri(folder: str) -> str:
    return f"{folder.removesuffix('/rows')}/check.json"


class _Making:
    """One prepared drop in the making."""

    def __init__(self, s3: S3Client, folder: str, content: DropContent, rules: Rules) -> None:
        self._s3 = s3
        self._content = content
        self._rules = rules
        rows = f"{folder}/rows"
        self.sides: dict[Side, ChunkWriter] = {
            name: ChunkWriter(s3, rows, name, content.source, rules.chunk_bytes) for name in SIDES
        }
        self.index = ObjectWriter(s3, index_uri(rows), "text/csv", content.source)
        self.classes: dict[Side, Counter[str]] = {name: Counter() for name in SIDES}
        self.rows = self.held_out = self.unusable = 0
        self.extra: dict[str, None] = {}

    @property
    def _writers(self) -> list[ChunkWriter | ObjectWriter]:
        return [*self.sides.values(), self.index]

    def read(self) -> None:
        """Read every file of the drop."""
        uris = (file.uri for file in self._content.drop.files)
        for number, (uri, known) in enumerate(zip(uris, self._content.files.values(), strict=True)):
            file = DropFile(self._s3, uri, known.digest)
            try:
                scan = Scan(uri, file, self._rules.contract, self._rules.ignore, search=self._rules.search)
                for block in scan.blocks():
                    for row in block:
                        self._add(number, row, scan.classed)
                file.check()
            finally:
                file.close()
            self.rows += scan.rows
            self.unusable += scan.rows - scan.usable
            self.extra |= dict.fromkeys(scan.extra)

    def _add(self, file: int, row: Row, classed: bool) -> None:
        if row.key in self._rules.held_out:
            self.held_out += 1
            return
        chosen = side(row.key, self._rules.validation_fraction)
        chunk, place = self.sides[chosen].add(row.line)
        self.index.write(index_line(Indexed(row.key, chunk, place, file, row.number, row.target)))
        if classed:
            self.classes[chosen][row.target] += 1

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Make the objects appear at the end of the block, and give all of them up if it fails."""
        try:
            yield
        except BaseException:
            for writer in self._writers:
                writer.abort()
            raise
        # A chunk without rows is not written: SageMaker refuses empty input files.
        for writer in self._writers:
            writer.finish()


def _make(s3: S3Client, folder: str, content: DropContent, rules: Rules) -> Prepared:
    made = _Making(s3, folder, content, rules)
    with made.all_or_nothing():
        made.read()
    lines = {chunk: count for writer in made.sides.values() for chunk, count in writer.lines.items()}
    prepared = Prepared(
        digest=content.digest,
        prepared=of_json({chunk: digest for writer in made.sides.values() for chunk, digest in writer.digests.items()}),
        folder=f"{folder}/rows",
        chunks=tuple(lines),
        lines=lines,
        keys=made.index.digest,
        rows=made.rows,
        train=sum(made.sides["train"].lines.values()),
        validation=sum(made.sides["validation"].lines.values()),
        held_out=made.held_out,
        unusable=made.unusable,
        extra=tuple(made.extra),
        source=content.source,
        train_classes=dict(made.classes["train"]),
        validation_classes=dict(made.classes["validation"]),
    )
    write_json(s3, f"{folder}/check.json", _ADAPTER.dump_python(prepared, mode="json"))
    return prepared
