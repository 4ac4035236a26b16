"""Prepare a drop: check it, keep the holdouts out, split it by key, write what the featurizer reads.

A prepared drop is chunks of CSV without a header, columns in the contract's order with the target in its place, and an
index of keys. It is made once per content, in one pass whose memory does not depend on the rows: its folder is named
after everything that decides what is in it, the chunks appear only when the whole drop was found good, and
``check.json`` is written last, so a folder with it is complete. Two runs that make it at once write the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.folders import PreparedFolder
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.content import DropContent, DropFile, read_files
from include.autopilot.drops.heldout import HeldOut, Match
from include.autopilot.drops.holdouts import Holdout, holdouts_digest
from include.autopilot.drops.keylists import KEY_INDEX, MATCH_LIST, Indexed, Matched
from include.autopilot.drops.prepared import Prepared
from include.autopilot.drops.sieve import Sieve
from include.autopilot.drops.split import SALT, SIDES, Side, side
from include.autopilot.rows import chunks as chunking
from include.autopilot.rows.chunks import ChunkWriter
from include.autopilot.rows.scan import Row, Scan
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.s3.writer import ObjectWriter
from include.autopilot.settings.identity import Rule

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What lies in the folder of a prepared drop; another layout needs another folder.
_LAYOUT = "chunks-keys-and-fingerprints-v3"


@dataclass(frozen=True)
class Rules:
    """What decides, apart from the drop itself, what a prepared drop looks like.

    :param held_out: the rows of the holdouts; ``holdouts``: the digest of them.
    :param same_row: what is done about a row that is equal to one of these under another key; kept out if refused.
    :param search: what to run to learn a new class, for messages; decides nothing.
    :param chunk_bytes: where a chunk ends.
    """

    contract: Contract
    ignore: tuple[str, ...]
    validation_fraction: float
    held_out: HeldOut
    holdouts: str
    same_row: Rule = "refuse"
    search: str = "the search"
    chunk_bytes: int = chunking.CHUNK_BYTES

    @property
    def digest(self) -> str:
        """The digest that names the folder of drops prepared by these rules."""
        layout = [_LAYOUT, self.chunk_bytes, self.same_row]
        return of_json([self.contract.digest, SALT, self.validation_fraction, self.holdouts, layout])


_ADAPTER = TypeAdapter(Prepared)


def rules_of(
    contract: Contract,
    ignore: tuple[str, ...],
    validation_fraction: float,
    holdouts: Sequence[Holdout],
    held_out: HeldOut,
    same_row: Rule = "refuse",
    search: str = "the search",
) -> Rules:
    """Return the rules of a run.

    :param held_out: the rows of the holdouts.
    """
    return Rules(contract, ignore, validation_fraction, held_out, holdouts_digest(holdouts), same_row, search)


def prepare_drop(s3: S3Client, bundle: Bundle, locations: Locations, content: DropContent, rules: Rules) -> Prepared:
    """Return the prepared drop, made now unless an earlier run made it.

    :param bundle: the drops that were prepared by these rules.
    :raises ContractError: a file breaks the contract; nothing is written then.
    :raises DropError: a file was changed while it was read; nothing is written then.
    """
    folder = locations.prepared(rules.digest, content.digest)
    try:
        return check_in(bundle, folder.rows)
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
    return PreparedFolder.of(folder).check


class _Making:
    """One prepared drop in the making."""

    def __init__(self, s3: S3Client, folder: PreparedFolder, content: DropContent, rules: Rules) -> None:
        self._s3 = s3
        self._content = content
        self._rules = rules
        rows = folder.rows
        self.sides: dict[Side, ChunkWriter] = {
            name: ChunkWriter(s3, rows, name, content.source, rules.chunk_bytes) for name in SIDES
        }
        self.index = ObjectWriter(s3, KEY_INDEX.uri(rows), "text/csv", content.source)
        self.matched = ObjectWriter(s3, MATCH_LIST.uri(rows), "text/csv", content.source)
        self.matches = 0
        self.sieve = Sieve(rules.held_out, rules.same_row, self._list)
        self.classes: dict[Side, Counter[str]] = {name: Counter() for name in SIDES}
        self.rows = self.held_out = self.unusable = 0
        self.extra: dict[str, None] = {}
        self.unended: list[str] = []
        self.empty: tuple[int, ...] = ()

    @property
    def _writers(self) -> list[ChunkWriter | ObjectWriter]:
        return [*self.sides.values(), self.index, *([self.matched] if self.matches else [])]

    def read(self) -> None:
        """Read every file of the drop."""
        self.empty = read_files(self._s3, self._content, self._read)

    def _read(self, number: int, uri: str, file: DropFile) -> None:
        scan = Scan(uri, file, self._rules.contract, self._rules.ignore, search=self._rules.search)
        for block in scan.blocks():
            for row in block:
                self._add(number, row, scan.classed)
        self.rows += scan.rows
        self.unusable += scan.rows - scan.usable
        self.extra |= dict.fromkeys(scan.extra)
        self.unended += [] if scan.ended else [uri.rpartition("/")[2]]

    def _add(self, file: int, row: Row, classed: bool) -> None:
        if self.sieve.passed(file, row) is None:
            self.held_out += 1
            return
        chosen = side(row.key, self._rules.validation_fraction)
        chunk, place = self.sides[chosen].add(row.line)
        indexed = Indexed(row.key, chunk, place, file, row.number, row.target, row.fingerprint)
        self.index.write(KEY_INDEX.line(indexed))
        if classed:
            self.classes[chosen][row.target] += 1

    def _list(self, match: Match, file: int, row: Row) -> None:
        how, held = match
        self.matches += 1
        self.matched.write(MATCH_LIST.line(Matched(how, row.key, file, row.number, held.key, held.holdout, held.row)))

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


def _make(s3: S3Client, folder: PreparedFolder, content: DropContent, rules: Rules) -> Prepared:
    made = _Making(s3, folder, content, rules)
    with made.all_or_nothing():
        made.read()
    lines = {chunk: count for writer in made.sides.values() for chunk, count in writer.lines.items()}
    prepared = Prepared(
        digest=content.digest,
        prepared=of_json({chunk: digest for writer in made.sides.values() for chunk, digest in writer.digests.items()}),
        folder=folder.rows,
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
        matches=made.matches,
        placeholders=made.sieve.placeholders.found,
        unended=tuple(made.unended),
        empty=made.empty,
    )
    write_json(s3, folder.check, _ADAPTER.dump_python(prepared, mode="json"))
    return prepared
