"""Holdouts: sealed rows that no training sees. Their keys are kept out of every drop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.config import ModelConfig
from include.autopilot.contract import Contract
from include.autopilot.data.dropcontent import FileContent
from include.autopilot.data.seals import Seal, seals_of
from include.autopilot.data.table import Table, read_table
from include.autopilot.digest import of_bytes, of_json
from include.autopilot.errors import DropError, MissingObjectError
from include.autopilot.locations import Locations
from include.autopilot.objectreader import read_rows
from include.autopilot.objects import read

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


def check_holdouts(s3: S3Client, config: ModelConfig, holdouts: Sequence[Holdout], run: str) -> None:
    """Compare the holdouts with their seals, where they have one.

    :raises ChangedError: a holdout is not what it was, and that is refused.
    """
    seals = seals_of(s3, config, "holdout")
    for holdout in holdouts:
        seals.check(holdout.name, holdout_seal(holdout.name, holdout.digest, run))


def holdout_seal(name: str, digest: str, run: str) -> Seal:
    """Return the seal of a holdout; S3's mark is left out, because a holdout is always read."""
    return Seal(digest, run, {f"{name}.csv": FileContent(digest, "", 0, None)})


def holdout_faults(s3: S3Client, config: ModelConfig, expected: Mapping[str, str]) -> list[str]:
    """Return a sentence per holdout that is not what the run began with, or not what is sealed.

    :param expected: holdout -> the digest that the run began with.
    """
    seals = seals_of(s3, config, "holdout")
    faults = []
    for name in config.holdouts:
        uri = Locations(config.root).holdout(name)
        try:
            now = of_bytes(read(s3, uri).body)
        except MissingObjectError:
            faults.append(f"Holdout {name} ({uri}) is gone.")
            continue
        sealed = seals.find(name)
        if sealed is None or now != sealed.seal.digest:
            what = "nothing is" if sealed is None else f"{sealed.seal.digest}, by run {sealed.seal.run}, is"
            faults.append(f"Holdout {name} ({uri}) was changed: it is {now}, and {what} sealed.")
        elif now != expected.get(name):
            faults.append(
                f"Holdout {name} ({uri}) was changed: it is {now}, and the run began with {expected.get(name)}."
            )
    return faults


def holdout_rows(s3: S3Client, name: str, uri: str) -> Iterator[tuple[str, str]]:
    """Yield key and name of every row that a run predicts.

    :param uri: the run's own file of the holdout, which begins with the key.
    """
    for line, row in enumerate(read_rows(s3, uri), 1):
        yield row[0].strip(), f"{name}:{line}"
