"""Holdouts: sealed rows that no training sees. Their keys are kept out of every drop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.config import ModelConfig
from include.autopilot.contract import Contract
from include.autopilot.digest import of_bytes, of_json
from include.autopilot.dropcontent import FileContent
from include.autopilot.errors import DropError, MissingObjectError
from include.autopilot.locations import Locations
from include.autopilot.objects import read
from include.autopilot.seals import Seal, Seals
from include.autopilot.table import Table, read_table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Holdout:
    """One holdout, checked.

    :param digest: the digest of its file.
    :param table: its rows as CSV lines ``key,target,features...``, the columns a prediction request expects.
    """

    name: str
    uri: str
    digest: str
    source: str | None
    table: Table

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its rows."""
        return frozenset(key for key, _ in self.table.lines)


def read_holdouts(
    s3: S3Client,
    locations: Locations,
    names: Sequence[str],
    contract: Contract,
    ignore: Sequence[str],
    search: str = "the search",
) -> tuple[Holdout, ...]:
    """Read and check every holdout.

    :param search: what to run to learn a new class, for messages.
    :raises DropError: a holdout is not there.
    :raises ContractError: a holdout breaks the contract, or shares a row with another one.
    """
    seen: dict[str, str] = {}
    select = (contract.key, contract.target, *contract.features)
    found = []
    for name in names:
        uri = locations.holdout(name)
        try:
            file = read(s3, uri)
        except MissingObjectError as error:
            raise DropError(f"Holdout {name!r} is missing: {uri}. Put the sealed rows there as CSV.") from error
        table = read_table(uri, file.body, contract, ignore, select, seen, search)
        found.append(Holdout(name, uri, of_bytes(file.body), file.source, table))
    return tuple(found)


def holdouts_digest(holdouts: Sequence[Holdout]) -> str:
    """Return one digest of all holdouts: a drop prepared against other holdouts is another prepared drop."""
    return of_json({holdout.name: holdout.digest for holdout in holdouts})


def seal_holdouts(s3: S3Client, config: ModelConfig, holdouts: Sequence[Holdout], run: str) -> None:
    """Seal the holdouts that no run has used yet, and compare the others with their seals.

    :param run: the run's name, which a new seal keeps.
    :raises ChangedError: a holdout is not what it was, and that is refused.
    """
    seals = holdout_seals(s3, config)
    for holdout in holdouts:
        seals.put(holdout.name, seal_of(holdout.name, holdout.digest, run))


def holdout_seals(s3: S3Client, config: ModelConfig) -> Seals:
    """Return the seals of a model's holdouts."""
    return Seals(s3, Locations(config.root), "holdout", config.changed_holdouts, f"{config.name}.yaml")


def seal_of(name: str, digest: str, run: str) -> Seal:
    """Return the seal of a holdout; S3's mark is left out, because a holdout is always read."""
    return Seal(digest, run, {f"{name}.csv": FileContent(digest, "", 0, None)})
