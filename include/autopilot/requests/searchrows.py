"""The rows that a search sees: those of all its drops, one per key, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from include.autopilot.config import ModelConfig
from include.autopilot.contract import Contract
from include.autopilot.data.dropcontent import DropContent, DropFile, content_of
from include.autopilot.data.drops import Drop
from include.autopilot.data.keytable import KeyTable
from include.autopilot.data.seals import Seal, seals_of
from include.autopilot.data.table import Scan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The newest row of a key, where the older ones stand no more.
_COUNTED = "FROM rows WHERE place IN (SELECT MAX(place) FROM rows GROUP BY key)"
_NEWEST = f"{_COUNTED} ORDER BY place"


class SearchRows:
    """The rows of drops.

    :param held_out: keys that no search may see.
    :param run: the search's name, which a new seal keeps.
    :raises ContractError: a file breaks the contract.
    :raises ChangedError: a drop is not what it was when a run first used it, and that is refused.
    """

    def __init__(
        self, s3: S3Client, config: ModelConfig, drops: Sequence[Drop], contract: Contract, held_out: set[str], run: str
    ) -> None:
        self._s3 = s3
        self._ignore = config.ignore
        self._contract = contract
        self._held_out = held_out
        self._table = KeyTable("key TEXT, place INTEGER, line TEXT")
        self._places = count()
        self.sources = []
        seals = seals_of(s3, config, "drop")
        for drop in drops:
            known = seals.find(drop.name)
            content = content_of(s3, drop, known.seal.files if known else {})
            seal = Seal(content.digest, run, content.files)
            seals.check(drop.name, seal)
            self._read(content)
            seals.put(drop.name, seal)
            self.sources.append(content.source)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._table.__exit__(*failure)

    def __len__(self) -> int:
        ((rows,),) = self._table.select(f"SELECT COUNT(*) {_COUNTED}")
        return int(rows)

    def __iter__(self) -> Iterator[str]:
        """Yield the rows as CSV lines: the oldest drop's first, superseded ones left out."""
        return (line for (line,) in self._table.select(f"SELECT line {_NEWEST}"))

    def _read(self, content: DropContent) -> None:
        for listed, known in zip(content.drop.files, content.files.values(), strict=True):
            file = DropFile(self._s3, listed.uri, known.digest)
            try:
                self._table.add(self._rows(Scan(listed.uri, file, self._contract, self._ignore)))
                file.check()
            finally:
                file.close()

    def _rows(self, scan: Scan) -> Iterator[tuple[Any, ...]]:
        for block in scan.blocks():
            for row in block:
                if row.key not in self._held_out:
                    yield row.key, next(self._places), row.line
