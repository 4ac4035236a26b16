"""Drops: deliveries of raw data under ``drops/<date>/``, and which of them a run may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from include.autopilot.errors import DropError
from include.autopilot.locations import Locations
from include.autopilot.objects import Listed, list_objects

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A second drop of one day is named 2024-02-01-2, a third 2024-02-01-3.
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-([2-9]|[1-9]\d+))?")
_ENDINGS = (".csv", ".csv.gz")


@dataclass(frozen=True)
class Drop:
    """One delivery: its date, and its files in order of their names.

    :param number: 1, or more for a further drop of the same day.
    """

    day: date
    files: tuple[Listed, ...]
    number: int = 1

    @property
    def name(self) -> str:
        """The drop's folder."""
        return f"{self.day.isoformat()}-{self.number}" if self.number > 1 else self.day.isoformat()

    @property
    def instant(self) -> datetime:
        """When a run may see the drop: from midnight UTC of its date."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)


def list_drops(s3: S3Client, locations: Locations) -> tuple[Drop, ...]:
    """Return all drops, oldest first. Folder markers and names that begin with ``_`` or ``.`` are passed over.

    :raises DropError: something else than ``<YYYY-MM-DD>/<name>.csv`` (or ``.csv.gz``) is there; data must not be
        overlooked silently.
    """
    found: dict[tuple[date, int], list[Listed]] = {}
    for file in list_objects(s3, locations.drops):
        relative = file.uri.removeprefix(f"{locations.drops}/")
        name = relative.rpartition("/")[2]
        if name and not name.startswith(("_", ".")):
            found.setdefault(_place(file.uri, relative), []).append(file)
    return tuple(
        Drop(day, tuple(sorted(files, key=lambda file: file.uri)), number)
        for (day, number), files in sorted(found.items())
    )


def visible_drops(drops: Sequence[Drop], cutoff: datetime, place: str) -> tuple[Drop, ...]:
    """Return the drops dated up to the cutoff.

    :param place: the folder of drops, for messages.
    :raises DropError: there is none.
    """
    visible = tuple(drop for drop in drops if drop.instant <= cutoff)
    if not visible:
        earliest = f"the earliest is {drops[0].name}" if drops else "there is none at all"
        raise DropError(
            f"{place} has no drop dated up to the cutoff {cutoff.isoformat()}: {earliest}. "
            "Deliver one as <date>/<name>.csv, or run with a later cutoff."
        )
    return visible


def parse_name(name: str) -> tuple[date, int]:
    """Return the date and the number of a drop's folder.

    :raises ValueError: it is no drop's name.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not a date like 2024-02-01")
    return date.fromisoformat(match[1]), int(match[2] or 1)


def _place(uri: str, relative: str) -> tuple[date, int]:
    folder, _, name = relative.partition("/")
    try:
        place = parse_name(folder)
    except ValueError as error:
        raise DropError(
            f"{uri}: {folder!r} is not a date like 2024-02-01 (or 2024-02-01-2 for a second drop of that day). "
            "Rename the folder or move it away."
        ) from error
    if "/" in name or not name.endswith(_ENDINGS):
        raise DropError(
            f"{uri} is not a CSV file directly in its drop. Rename it to <name>.csv or <name>.csv.gz, or move it away."
        )
    return place
