"""The drops beside one that is delivered: their rows whose key one of its rows has, however it is spelt.

They are read from the index of what a run prepared, or where no run has, from the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from include.autopilot.base.errors import ContractError, EmptyFileError, MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.identitycheck import Counted
from include.autopilot.drops.keylists import KEY_INDEX
from include.autopilot.drops.listing import Drop
from include.autopilot.drops.placeholders import PlaceholderCount
from include.autopilot.drops.preparation import Rules, check_in
from include.autopilot.drops.seals import seals_of
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.rows.scan import Scan
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.reader import opened
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_HAS = "SELECT 1 FROM rows WHERE folded = ? LIMIT 1"


class _Other(NamedTuple):
    key: str
    fingerprint: str
    file: int
    number: int


class Beside:
    """The other drops.

    :param drops: oldest first.
    :param rules: those that a run prepares drops by.
    :ivar counted: keys of theirs that look like none, once :meth:`rows` was gone through.
    :ivar unread: a sentence for every drop that could not be read.
    """

    def __init__(self, s3: S3Client, config: ModelConfig, rules: Rules, drops: Sequence[Drop]) -> None:
        self.drops = drops
        self.counted: list[Counted] = []
        self.unread: list[str] = []
        self._s3 = s3
        self._rules = rules
        self._locations = Locations(config.root)
        self._seals = seals_of(s3, config, "drop")
        self._bundle = Bundle(s3, self._locations, self._locations.preparation(rules.digest))

    def rows(self, table: KeyTable, place: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows for a table of keys, which has those of the drop that is delivered.

        :param place: the number of the first of these drops there.
        """
        for number, drop in enumerate(self.drops, place):
            count = PlaceholderCount()
            try:
                for row in self._read(drop):
                    named = identity(row.key)
                    if next(table.select(_HAS, (named.folded,)), None):
                        count.add(named, row.file, row.number)
                        yield row.key, named.folded, row.fingerprint, number, row.file, row.number
            except ContractError as error:
                self.unread.append(f"It was not compared with the drop {drop.name}, which a run would refuse: {error}")
            self.counted.append(Counted(drop.name, drop.row, count.found))

    def _read(self, drop: Drop) -> Iterator[_Other]:
        sealed = self._seals.find(drop.name)
        if sealed is not None:
            folder = self._locations.prepared(self._rules.digest, sealed.seal.digest).rows
            try:
                check_in(self._bundle, folder)
            except MissingObjectError:
                pass
            else:
                for row in KEY_INDEX.read(self._bundle, folder):
                    yield _Other(row.key, row.fingerprint, row.file, row.number)
                return
        yield from self._scanned(drop)

    def _scanned(self, drop: Drop) -> Iterator[_Other]:
        rules = self._rules
        for number, listed in enumerate(drop.files):
            # An empty part is passed over, as in a run.
            with suppress(EmptyFileError), opened(self._s3, listed.uri) as source:
                scan = Scan(listed.uri, source, rules.contract, rules.ignore, search=rules.search)
                for row in chain.from_iterable(scan.blocks()):
                    match = rules.held_out.match(identity(row.key), row.fingerprint)
                    if match is None or not match.keeps_out(rules.same_row):
                        yield _Other(row.key, row.fingerprint, number, row.number)
