"""Holdouts: sealed rows that no training sees. Their keys are kept out of every drop.

They are read row by row, and what is kept of a row is what drops are compared with: a million rows, however wide, take
some dozen megabytes.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from include.autopilot.base.csvlines import encode_file
from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import DropError, MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.content import DropFile, FileContent
from include.autopilot.drops.heldout import HeldOut, HeldRow
from include.autopilot.drops.listing import ENDINGS
from include.autopilot.drops.seals import Seal, seals_of
from include.autopilot.rows.columns import Texts
from include.autopilot.rows.fingerprint import fingerprint
from include.autopilot.rows.firstlook import Watch
from include.autopilot.rows.keytable import SeenKeys
from include.autopilot.rows.scan import Scan
from include.autopilot.s3.objects import list_objects
from include.autopilot.s3.reader import Hashed, HashedObject, digest_of, read_rows
from include.autopilot.s3.writer import ObjectWriter
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.recent import RECENT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Holdout:
    """One holdout, checked.

    :param digest: the digest of its file.
    :param keys: of its usable rows, in the file's order; ``numbers``: their lines there; ``prints``: their
        fingerprints.
    :param classes: class -> rows; empty for a regression.
    :param ended: whether its last line has a line end.
    :param unmeasured: rows without a target, which are none of it.
    """

    name: str
    uri: str
    digest: str
    source: str | None
    keys: Texts
    numbers: Sequence[int]
    prints: Texts
    classes: Mapping[str, int]
    ended: bool = True
    unmeasured: int = 0

    def held(self) -> Iterator[HeldRow]:
        """Yield its rows as they are looked for in drops."""
        for key, number, content in zip(self.keys, self.numbers, self.prints, strict=True):
            yield HeldRow(key, content, self.name, f"{self.name}.csv:{number}")


def read_holdouts(
    s3: S3Client,
    locations: Locations,
    names: Sequence[str],
    contract: Contract,
    ignore: Sequence[str],
    search: str = "the search",
    instead: Mapping[str, Hashed] | None = None,
    watch: Watch | None = None,
) -> tuple[Holdout, ...]:
    """Read and check every holdout.

    :param search: what to run to learn a new class, for messages.
    :param instead: holdout -> an open file that is read in place of what S3 has, and closed.
    :param watch: is shown every row.
    :raises DropError: a holdout is not there.
    :raises ContractError: a holdout breaks the contract, or shares a row with another one.
    """
    with SeenKeys() as seen:
        scanned = partial(_scan, contract, ignore, search, seen, watch=watch)
        return tuple(
            _read(name, (instead or {}).get(name) or _open(s3, name, locations.holdout(name)), scanned)
            for name in names
        )


def stray_holdouts(s3: S3Client, config: ModelConfig) -> Iterator[str]:
    """Yield a sentence per file of rows beside the holdouts that no run reads: misnamed, packed, or named nowhere."""
    locations = Locations(config.root)
    named = {locations.holdout(name) for name in config.holdouts}
    for file in list_objects(s3, locations.holdouts):
        if file.uri not in named and file.uri.lower().endswith(ENDINGS):
            yield (
                f"{file.uri} is no holdout of {config.name}: its rows are not kept out of the training. A holdout is "
                f"one plain file holdout/<name>.csv, its name under holdouts in {config.name}.yaml; move away what is "
                "none."
            )


def read_recent(
    s3: S3Client, uri: str, contract: Contract, ignore: Sequence[str], search: str = "the search"
) -> Holdout:
    """Read a run's file of recent rows as a holdout is read."""
    return _read(RECENT, HashedObject(s3, uri), partial(_scan, contract, ignore, search, None))


def copy_holdout(
    s3: S3Client, holdout: Holdout, uri: str, contract: Contract, ignore: Sequence[str], search: str = "the search"
) -> str:
    """Write a holdout's rows as a prediction job reads them, ``key,target,features...``, and return the address.

    :raises DropError: the file was changed since it was checked; nothing is written then.
    """
    scanned = partial(_scan, contract, ignore, search, None)
    return copy_rows(s3, holdout.uri, holdout.digest, scanned, uri, holdout.source)


def copy_rows(
    s3: S3Client,
    file_uri: str,
    digest: str,
    scanned: Callable[[str, HashedObject], Scan],
    uri: str,
    source: str | None,
) -> str:
    """Write the usable rows of a file that is checked on the way, and return the address.

    :param digest: of the file.
    :param scanned: takes the file's address and the file and says how it is read.
    :param source: where the rows come from.
    :raises DropError: the file has another digest; nothing is written then.
    :raises ContractError: the file breaks the contract; nothing is written then.
    """
    writer = ObjectWriter(s3, uri, "text/csv", source)
    try:
        with closing(DropFile(s3, file_uri, digest)) as file:
            for row in scanned(file_uri, file).rows_of_any():
                writer.write(encode_file([row.line]))
            file.check()
    except BaseException:
        writer.abort()
        raise
    return writer.finish()


def _open(s3: S3Client, name: str, uri: str) -> Hashed:
    try:
        return HashedObject(s3, uri)
    except MissingObjectError as error:
        raise DropError(f"Holdout {name!r} is missing: {uri}. Put the sealed rows there as CSV.") from error


def _read(name: str, file: Hashed, scanned: Callable[[str, Hashed], Scan]) -> Holdout:
    keys, prints, numbers, classes = Texts(), Texts(), array("q"), Counter[str]()
    with closing(file):
        scan = scanned(file.uri, file)
        for row in scan.rows_of_any():
            keys.append(row.key)
            prints.append(row.fingerprint)
            numbers.append(row.number)
            if scan.classed:
                classes[row.target] += 1
        unmeasured, digest = scan.rows - scan.usable, file.digest()
        return Holdout(name, file.uri, digest, file.source, keys, numbers, prints, classes, scan.ended, unmeasured)


def _scan(
    contract: Contract,
    ignore: Sequence[str],
    search: str,
    seen: SeenKeys | None,
    uri: str,
    file: Hashed,
    watch: Watch | None = None,
) -> Scan:
    select = (contract.key, contract.target, *contract.features)
    return Scan(uri, file, contract, ignore, select, seen, search, watch=watch)


def held_out(holdouts: Sequence[Holdout]) -> HeldOut:
    """Return the rows of all holdouts, to be closed when they are no longer needed."""
    return HeldOut(row for holdout in holdouts for row in holdout.held())


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
            now = digest_of(s3, uri)
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


def holdout_rows(s3: S3Client, name: str, uri: str, target: int) -> Iterator[tuple[str, str, str]]:
    """Yield key, name and fingerprint of every row that a run predicts.

    :param uri: the run's own file of the holdout, which begins with the key and the target.
    :param target: the target's place among the columns of the drops.
    """
    for line, (key, measured, *features) in enumerate(read_rows(s3, uri), 1):
        content = fingerprint([*features[:target], measured, *features[target:]])
        yield key.strip(), f"{name}:{line}", content
