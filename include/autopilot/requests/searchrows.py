"""The rows that a search sees: those of all its drops, one per key, in constant memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Self

from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.content import DropContent, DropFile, content_of, read_files
from include.autopilot.drops.findings import refuse, tell
from include.autopilot.drops.heldout import HeldOut, Match
from include.autopilot.drops.identitycheck import MATCHES, Counted, compared, matched, placeholders
from include.autopilot.drops.listing import Drop
from include.autopilot.drops.placeholders import Placeholder
from include.autopilot.drops.recentrows import judging
from include.autopilot.drops.seals import Seal, seals_of
from include.autopilot.drops.sieve import Sieve
from include.autopilot.requests.targets import Targets
from include.autopilot.rows.firstlook import FirstLook
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.rows.scan import Row, Scan
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

_COLUMNS = "key TEXT, folded TEXT, print TEXT, drop_ INTEGER, file INTEGER, number INTEGER, place INTEGER, line TEXT"
# The newest row of a key, where the older ones stand no more.
_COUNTED = "FROM rows WHERE place IN (SELECT MAX(place) FROM rows GROUP BY key)"
_NEWEST = f"{_COUNTED} ORDER BY place"


class NamedLines:
    """The rows of a search: a name and the CSV line of each."""

    def __init__(self, table: KeyTable) -> None:
        self._table = table

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((str(place), line) for place, line in self._table.select(f"SELECT place, line {_NEWEST}"))


class SearchRows:
    """The rows of drops.

    :param held_out: rows that no search may see; recent rows that judge are left out, too.
    :param run: the search's name, which a new seal keeps.
    :param look: is shown every row; what it refuses stops the search, and what it tells is logged.
    :ivar unmeasured: how many rows of the drops have no target.
    :raises ContractError: a file breaks the contract.
    :raises ChangedError: a drop is not what it was when a run first used it, and that is refused.
    :raises IdentityError: rows seem to be one row, or keys to be none, and that is refused.
    """

    def __init__(
        self,
        s3: S3Client,
        config: ModelConfig,
        drops: Sequence[Drop],
        contract: Contract,
        held_out: HeldOut,
        run: str,
        look: FirstLook,
    ) -> None:
        self._s3 = s3
        self._config = config
        self._drops = drops
        self._contract = contract
        self._held_out = held_out
        self._look = look
        self._table = KeyTable(_COLUMNS)
        self._matches = KeyTable(MATCHES)
        self._places = count()
        self.sources: list[str | None] = []
        self.unended: list[str] = []
        self.unmeasured = 0
        self.targets = Targets(config.target)
        self._seals = seals_of(s3, config, "drop")
        self._used: dict[str, Seal] = {}
        try:
            self._fill(run)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._table.__exit__(*failure)
        self._matches.__exit__(*failure)

    def __len__(self) -> int:
        ((rows,),) = self._table.select(f"SELECT COUNT(*) {_COUNTED}")
        return int(rows)

    def __iter__(self) -> Iterator[str]:
        """Yield the rows as CSV lines: the oldest drop's first, superseded ones left out."""
        return (line for (line,) in self._table.select(f"SELECT line {_NEWEST}"))

    @property
    def keys(self) -> Iterator[tuple[str, str]]:
        """Key and fingerprint of every row, in the same order."""
        return ((key, content) for key, content in self._table.select(f"SELECT key, print {_NEWEST}"))

    @property
    def lines(self) -> NamedLines:
        """The same rows with a name each, to be gone through as often as one likes."""
        return NamedLines(self._table)

    def delivered(self, name: str) -> tuple[str, int, str]:
        """Return where a row was delivered: the drop and its file, the line there, and the row's key.

        :param name: as :attr:`lines` gives it.
        """
        query = f"SELECT drop_, file, number, key FROM rows WHERE place = {int(name)}"  # noqa: S608 - a number
        ((drop, file, number, key),) = self._table.select(query)
        return self._name(drop, file, number).rpartition(":")[0], number, key

    def seal(self) -> None:
        """Seal the drops, once nothing that is free to check speaks against their rows.

        :raises ChangedError: one of them was changed since another run used it, and that is refused.
        """
        for name, seal in self._used.items():
            self._seals.put(name, seal)

    def _fill(self, run: str) -> None:
        counted = []
        for place, drop in enumerate(self._drops):
            known = self._seals.find(drop.name)
            content = content_of(self._s3, drop, known.seal.files if known else {})
            self._used[drop.name] = Seal(content.digest, run, content.files)
            self._seals.check(drop.name, self._used[drop.name])
            counted.append(Counted(drop.name, drop.row, self._read(place, content)))
            self.sources.append(content.source)
        self._look.refuse()
        for fault in self._look.faults():
            log.warning("%s", fault.sentence)
        self._check(counted)

    def _check(self, counted: Sequence[Counted]) -> None:
        rules, yaml = self._config.identity, f"{self._config.name}.yaml"
        findings = [
            *placeholders(counted, self._held_out, rules, yaml),
            *matched(self._matches, self._held_out, rules, yaml),
            *compared(self._table, self._held_out, lambda drop: self._drops[drop].name, self._name, rules, yaml),
        ]
        tell(findings)
        refuse(findings)
        if self._config.gate.judge_on != "sealed":
            judges = judging(self._table, len(self._drops), self._config.recent, rules.same_row)
            self._table.remove(judges.rows(self._table))

    def _name(self, drop: int, file: int, number: int) -> str:
        return self._drops[drop].row(file, number)

    def _read(self, place: int, content: DropContent) -> tuple[Placeholder, ...]:
        def note(match: Match, file: int, row: Row) -> None:
            how, held = match
            name = self._name(place, file, row.number)
            self._matches.add([(how, row.key, name, held.key, held.holdout, held.row)])

        def read(number: int, uri: str, file: DropFile) -> None:
            scan = Scan(uri, file, self._contract, self._config.ignore, watch=self._look.add)
            self._table.add(self._rows(place, number, scan, sieve))
            self.unmeasured += scan.rows - scan.usable
            self.unended += [] if scan.ended else [self._name(place, number, 0).rpartition(":")[0]]

        sieve = Sieve(self._held_out, self._config.identity.same_row, note)
        for number in read_files(self._s3, content, read):
            log.warning("%s is empty and passed over.", content.drop.files[number].uri)
        return sieve.placeholders.found

    def _rows(self, drop: int, file: int, scan: Scan, sieve: Sieve) -> Iterator[tuple[Any, ...]]:
        for row in chain.from_iterable(scan.blocks()):
            named = sieve.passed(file, row)
            if named is not None:
                place = next(self._places)
                self.targets.add(row.target)
                yield row.key, named.folded, row.fingerprint, drop, file, row.number, place, row.line
