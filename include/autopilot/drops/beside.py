"""The drops beside one that is delivered: their rows whose key one of its rows has, however it is spelt.

They are read from the index of what a run prepared, or where no run has, from the files. What cannot be read is told.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.errors import ContractError, EmptyFileError, MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.identitycheck import Counted
from include.autopilot.drops.keylists import KEY_INDEX
from include.autopilot.drops.listing import Drop
from include.autopilot.drops.placeholders import PlaceholderCount
from include.autopilot.drops.planning import in_window
from include.autopilot.drops.preparation import Rules
from include.autopilot.drops.seals import Seals, seals_of
from include.autopilot.rows.firstlook import Watch
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.rows.scan import Scan
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.reader import opened
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.window import Window

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_HAS = "SELECT 1 FROM rows WHERE folded = ? LIMIT 1"
# What is not allowed or not there, and what is no JSON, no number, no UTF-8.
_UNREADABLE = (ClientError, BotoCoreError, MissingObjectError, ValueError, TypeError, LookupError, csv.Error)


class _Other(NamedTuple):
    key: str
    fingerprint: str
    file: int
    number: int


def used_with(drop: Drop, others: Sequence[Drop], window: Window, today: date) -> frozenset[str]:
    """Return the names of the drops that the next run trains on if it trains on a drop: its own, or that of the newest.

    :param today: in UTC; a drop with a later date is seen by no run yet.
    """
    there = sorted([*others, drop], key=lambda one: (one.day, one.number))
    newest = [one for one in there if one.day <= max(today, drop.day)][-1]
    used: set[str] = set()
    for cutoff in (drop.instant, newest.instant):
        scope = in_window([one for one in there if one.instant <= cutoff], window, cutoff)
        if drop in scope:
            used |= {one.name for one in scope}
    return frozenset(used - {drop.name})


class Beside:
    """The other drops.

    :param drops: oldest first.
    :param compared: the names of those whose rows are asked for.
    :param rules: those that a run prepares drops by.
    :param watch: is shown every row of all of them; then the files are read.
    :ivar counted: keys of theirs that look like none, once :meth:`rows` was gone through.
    """

    def __init__(
        self,
        s3: S3Client,
        config: ModelConfig,
        rules: Rules,
        drops: Sequence[Drop],
        compared: Collection[str],
        watch: Watch | None = None,
    ) -> None:
        self.drops = [drop for drop in drops if watch or drop.name in compared]
        self.counted: list[Counted] = []
        self._s3 = s3
        self._config = config
        self._rules = rules
        self._compared = compared
        self._watch = watch
        self._locations = Locations(config.root)
        self._unread: dict[str, dict[str, None]] = {}

    @property
    def unread(self) -> list[str]:
        """A sentence for all that could not be read, and why, once :meth:`rows` was gone through."""
        return [
            f"It was not compared with the drop{'s' * (len(names) > 1)} {', '.join(names)}, which {why}"
            for why, names in self._unread.items()
        ]

    def rows(self, table: KeyTable, place: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows for a table of keys, which has those of the drop that is delivered.

        :param place: the number of the first of these drops there.
        """
        for number, drop in enumerate(self.drops, place):
            count = PlaceholderCount()
            for row in self._read(drop):
                named = identity(row.key)
                if drop.name in self._compared and next(table.select(_HAS, (named.folded,)), None):
                    count.add(named, row.file, row.number)
                    yield row.key, named.folded, row.fingerprint, number, row.file, row.number
            self.counted.append(Counted(drop.name, drop.row, count.found))

    @cached_property
    def _seals(self) -> Seals:
        return seals_of(self._s3, self._config, "drop")

    @cached_property
    def _bundle(self) -> Bundle:
        return Bundle(self._s3, self._locations, self._locations.preparation(self._rules.digest))

    @cached_property
    def _there(self) -> frozenset[str]:
        return frozenset(self._bundle.uris)

    @contextmanager
    def _telling(self, drop: Drop) -> Iterator[None]:
        try:
            yield
        except ContractError as error:
            self._unread.setdefault(f"a run would refuse: {error}", {})[drop.name] = None
        except _UNREADABLE as error:
            self._unread.setdefault(f"cannot be read: {error}", {})[drop.name] = None

    def _read(self, drop: Drop) -> Iterator[_Other]:
        with self._telling(drop):
            folder = None if self._watch else self._prepared(drop)
            if folder is not None:
                for row in KEY_INDEX.read(self._bundle, folder):
                    yield _Other(row.key, row.fingerprint, row.file, row.number)
                return
            for number, listed in enumerate(drop.files):
                with self._telling(drop):
                    yield from self._scanned(number, listed.uri)

    def _prepared(self, drop: Drop) -> str | None:
        """Return the folder of what a run prepared of the drop as it is now; None where none has."""
        sealed = self._seals.find(drop.name)
        if sealed is None:
            return None
        seen = {name: file.etag for name, file in sealed.seal.files.items()}
        folder = self._locations.prepared(self._rules.digest, sealed.seal.digest)
        now = {one.uri.rpartition("/")[2]: one.etag for one in drop.files}
        return folder.rows if seen == now and folder.check in self._there else None

    def _scanned(self, number: int, uri: str) -> Iterator[_Other]:
        rules = self._rules
        # An empty part is passed over, as in a run.
        with suppress(EmptyFileError), opened(self._s3, uri) as source:
            scan = Scan(uri, source, rules.contract, rules.ignore, search=rules.search, watch=self._watch)
            for row in chain.from_iterable(scan.blocks()):
                match = rules.held_out.match(identity(row.key), row.fingerprint)
                if match is None or not match.keeps_out(rules.same_row):
                    yield _Other(row.key, row.fingerprint, number, row.number)
