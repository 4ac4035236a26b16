"""The ledger: records in S3 that are written once and never changed.

A run's record is written before anything is promoted. What happens to its version later (kept, approved, rejected,
timed out, promoted, rolled back) is a further record beside it, whose name says what and when: ``number`` counts the
champions of the model, and an event carries that of the champion it made or found. No clock is read: ``at`` is the
instant for which Airflow started the run that writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.base.masking import masked
from include.autopilot.champion.version import Version
from include.autopilot.s3.changed import tell_change
from include.autopilot.s3.conditional import write_once
from include.autopilot.s3.objects import list_uris, read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Record = dict[str, Any]
# The events that made a version the champion.
MOVES = ("promoted", "rolled_back")
_NUMBERED = re.compile(r"\.v[0-9]+\.[a-z_]+-([0-9]+)\.json$")


def enter(s3: S3Client, uri: str, record: Mapping[str, Any]) -> Record:
    """Enter a record; where there is one already it stays. Returns the one that is there now."""
    shown: Record = masked(record)
    kept: Record = shown if write_once(s3, uri, shown) else read_json(s3, uri)
    # Also where it was there: who entered it may have died before telling.
    tell_change(s3, Locations.of_entry(uri))
    return kept


def event(
    locations: Locations, version: Version, kind: str, number: int, at: str, by: str, details: Mapping[str, Any]
) -> tuple[str, Record]:
    """Return the address and the content of an event.

    :param kind: kept, approved, rejected, timed_out, promoted or rolled_back.
    :param number: of the champion that the event made or found; 0: there was none.
    :param at: ISO 8601: the instant for which Airflow started the run.
    :param by: the key of that run.
    :param details: ``reason``, ``sentence`` and what else belongs to it.
    """
    content = {
        "kind": kind,
        "number": number,
        "at": at,
        "by": by,
        "record": locations.record(version.run, version.version),
        "version": asdict(version),
        **details,
    }
    # A version can be kept for several reasons, one after the other.
    name = f"kept_{details['reason']}" if kind == "kept" else kind
    return locations.event(version.run, version.version, name, number), content


def shown_kind(kind: str, number: int) -> str:
    """Return what happened to a version for people: where there was no champion none was kept."""
    return "not promoted" if (kind, number) == ("kept", 0) else kind.replace("_", " ")


def events_of(s3: S3Client, locations: Locations, version: Version) -> list[Record]:
    """Return everything that happened to a version, in the order of the champions."""
    found = [read_json(s3, uri) for uri in _events(s3, locations, f"{version.run}.v{version.version}.")]
    return sorted(found, key=lambda one: (one["number"], one["kind"]))


def timeline(s3: S3Client, locations: Locations) -> list[Record]:
    """Return every promotion and rollback of the model, in order."""
    found = [read_json(s3, uri) for uri in _events(s3, locations) if _kind(uri) in MOVES]
    return sorted(found, key=lambda one: int(one["number"]))


def version_of(s3: S3Client, locations: Locations, arn: str) -> Version | None:
    """Return a version that was champion, by the ARN of its model package; None if none such was."""
    found = (Version(**record["version"]) for record in timeline(s3, locations))
    return next((version for version in found if version.arn == arn), None)


def last_number(s3: S3Client, locations: Locations) -> int:
    """Return the number of the last champion that the ledger knows; 0 if it knows none."""
    moves = (uri for uri in _events(s3, locations) if _kind(uri) in MOVES)
    return max((int(match[1]) for uri in moves if (match := _NUMBERED.search(uri))), default=0)


def _events(s3: S3Client, locations: Locations, beginning: str = "") -> Iterator[str]:
    try:
        uris = list_uris(s3, locations.ledger)
    except MissingObjectError:
        return
    for uri in uris:
        if uri.rpartition("/")[2].startswith(beginning) and _NUMBERED.search(uri):
            yield uri


def _kind(uri: str) -> str:
    return uri.rpartition(".v")[2].split(".")[1].rpartition("-")[0]
