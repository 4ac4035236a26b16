"""Whose rows a search saw: keys and fingerprints, kept beside its input, which has no keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from include.autopilot.base.csvlines import encode_line
from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.findings import EXAMPLES, Finding, Sighting
from include.autopilot.drops.heldout import HeldOut
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.s3.reader import read_rows
from include.autopilot.s3.writer import ObjectWriter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_FIRST = f"SELECT held_key, held_row, key FROM rows GROUP BY held_row LIMIT {EXAMPLES}"  # noqa: S608 - a number


def write_search_keys(
    s3: S3Client, locations: Locations, cutoff: datetime, rows: Iterable[tuple[str, str]], source: str | None
) -> None:
    """Write key and fingerprint of every row that a search sees.

    :param source: where the rows come from.
    """
    writer = ObjectWriter(s3, locations.search_keys(cutoff), "text/csv", source)
    for row in rows:
        writer.write(f"{encode_line(row)}\n".encode())
    writer.finish()


def search_keys(s3: S3Client, locations: Locations, cutoff: datetime) -> Iterator[tuple[str, str, str]]:
    """Yield key, fingerprint and name of every row that a search saw; none where that is not written down.

    It is not for a search that was made elsewhere, or by an earlier version of this package.
    """
    try:
        for key, content in read_rows(s3, locations.search_keys(cutoff)):
            yield key, content, f"search of {cutoff:%Y-%m-%d}"
    except MissingObjectError:
        return


def searched(s3: S3Client, locations: Locations, cutoff: datetime, held: HeldOut) -> list[Finding]:
    """Return what is to be told of holdouts whose rows the search saw: the pipeline was chosen on them.

    :param cutoff: that of the search.
    """
    with KeyTable("holdout TEXT, held_key TEXT, held_row TEXT, key TEXT") as found:
        for key, _, _ in search_keys(s3, locations, cutoff):
            match = held.match(identity(key), "")
            if match is not None and match.how != "case":
                found.add([(match.held.holdout, match.held.key, match.held.row, key)])
        counts = dict(found.select("SELECT holdout, COUNT(DISTINCT held_row) FROM rows GROUP BY holdout"))
        if not counts:
            return []
        name = f"search of {cutoff:%Y-%m-%d}"
        examples = tuple((Sighting(held_key, row), Sighting(key, name)) for held_key, row, key in found.select(_FIRST))
    counted = ", ".join(
        f"{count} of the {held.rows(holdout)} of {holdout}" for holdout, count in sorted(counts.items())
    )
    sentence = (
        f"The {name} saw rows that are in a holdout now ({counted}). The pipeline was chosen on them, so what these "
        "holdouts say of any model that replays it is too good:"
    )
    fix = "Seal rows that it has not seen, or search again."
    return [Finding("searched", False, sum(counts.values()), sentence, fix, examples)]
