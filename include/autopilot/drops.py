"""Drops: deliveries of raw data under ``drops/<date>/``, and which of them a run may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from include.autopilot.digest import of_bytes, of_json
from include.autopilot.errors import DropError
from include.autopilot.locations import Locations
from include.autopilot.objects import S3Object, list_uris, read
from include.autopilot.source import combine

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Drop:
    """One delivery: its date, and the addresses of its files in order."""

    day: date
    files: tuple[str, ...]

    @property
    def instant(self) -> datetime:
        """When a run may see the drop: from midnight UTC of its date."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)


@dataclass(frozen=True)
class DropContent:
    """A drop read whole.

    :param digest: the digest of the files' contents in order; names and dates do not count.
    """

    day: date
    files: tuple[S3Object, ...]
    digest: str
    source: str | None


def list_drops(s3: S3Client, locations: Locations) -> tuple[Drop, ...]:
    """Return all drops, oldest first. Folder markers and names that begin with ``_`` or ``.`` are passed over.

    :raises DropError: something else than ``<YYYY-MM-DD>/<name>.csv`` is there; data must not be overlooked silently.
    """
    found: dict[date, list[str]] = {}
    for uri in list_uris(s3, locations.drops):
        relative = uri.removeprefix(f"{locations.drops}/")
        name = relative.rpartition("/")[2]
        if name and not name.startswith(("_", ".")):
            found.setdefault(_day(uri, relative), []).append(uri)
    return tuple(Drop(day, tuple(sorted(files))) for day, files in sorted(found.items()))


def visible_drops(drops: Sequence[Drop], cutoff: datetime, place: str) -> tuple[Drop, ...]:
    """Return the drops dated up to the cutoff.

    :param place: the folder of drops, for messages.
    :raises DropError: there is none.
    """
    visible = tuple(drop for drop in drops if drop.instant <= cutoff)
    if not visible:
        earliest = f"the earliest is {drops[0].day.isoformat()}" if drops else "there is none at all"
        raise DropError(
            f"{place} has no drop dated up to the cutoff {cutoff.isoformat()}: {earliest}. "
            "Deliver one as <date>/<name>.csv, or run with a later cutoff."
        )
    return visible


def read_drop(s3: S3Client, drop: Drop) -> DropContent:
    """Read all files of a drop."""
    files = tuple(read(s3, uri) for uri in drop.files)
    digest = of_json([of_bytes(file.body) for file in files])
    return DropContent(drop.day, files, digest, combine(file.source for file in files))


def _day(uri: str, relative: str) -> date:
    folder, _, name = relative.partition("/")
    try:
        day = date.fromisoformat(folder)
    except ValueError as error:
        raise DropError(
            f"{uri}: {folder!r} is not a date like 2024-02-01. Rename the folder or move it away."
        ) from error
    if "/" in name or not name.endswith(".csv"):
        raise DropError(f"{uri} is not a CSV file directly in its drop. Rename it to <name>.csv or move it away.")
    return day
