"""Drops: deliveries of raw data under ``drops/<date>/``, and which of them a run may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from include.autopilot.base.errors import DropError
from include.autopilot.base.locations import Locations
from include.autopilot.s3.objects import Listed, list_objects

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A second drop of one day is named 2024-02-01-2, a third 2024-02-01-3.
_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:-([2-9]|[1-9][0-9]+))?")
# What the names of files of rows end with.
ENDINGS = (".csv", ".csv.gz")


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

    def row(self, file: int, number: int) -> str:
        """Return the name of a row: where it was delivered, ``2024-02-01/rows.csv:17``.

        :param file: counted from 0 in the order of names; ``number``: the line there, from 1.
        """
        return f"{self.name}/{self.files[file].uri.rpartition('/')[2]}:{number}"

    @property
    def instant(self) -> datetime:
        """When a run may see the drop: from midnight UTC of its date."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)


@dataclass(frozen=True)
class PassedOver:
    """An object under ``drops/`` that looks like data and is not read: its address, and why and what to do in words."""

    uri: str
    why: str


@dataclass(frozen=True)
class Listing:
    """What lies under ``drops/``.

    :param drops: all of them, oldest first.
    :param passed_over: objects that nobody reads although they look like data. Names that say that they are none
        (``_SUCCESS``, ``.DS_Store``) and the markers of folders are not among them.
    :param marks: the former, below the folder of drops.
    """

    drops: tuple[Drop, ...]
    passed_over: tuple[PassedOver, ...]
    marks: tuple[str, ...] = ()


def list_drops(s3: S3Client, locations: Locations) -> Listing:
    """Look what is there. Folder markers and names that begin with ``_`` or ``.`` are passed over.

    :raises DropError: something else than ``<YYYY-MM-DD>/<name>.csv`` (or ``.csv.gz``) is there; data must not be
        overlooked silently.
    """
    found: dict[tuple[date, int], list[Listed]] = {}
    passed_over, marks = [], []
    for file in list_objects(s3, locations.drops):
        relative = file.uri.removeprefix(f"{locations.drops}/")
        name = relative.rpartition("/")[2]
        if name and not name.startswith(("_", ".")):
            found.setdefault(_place(file.uri, relative), []).append(file)
        elif why := _looks_like_data(relative, file.size):
            passed_over.append(PassedOver(file.uri, why))
        elif name:
            marks.append(relative)
    drops = tuple(
        Drop(day, tuple(sorted(files, key=lambda file: file.uri)), number)
        for (day, number), files in sorted(found.items())
    )
    return Listing(drops, tuple(passed_over), tuple(marks))


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


def next_name(day: date, taken: Iterable[str]) -> str:
    """Return the next name of a drop of a day that is not taken.

    :param taken: names of drops, of whatever day.
    """
    numbers = [number for other, number in map(parse_name, taken) if other == day]
    return f"{day.isoformat()}-{max([1, *numbers]) + 1}"


def _looks_like_data(relative: str, size: int) -> str | None:
    """Return why an object that is passed over may be data after all; None where nothing says so."""
    folder, _, name = relative.rpartition("/")
    if name:
        hidden = size and name.lower().endswith(ENDINGS)
        return f"its name begins with {name[0]!r}. Rename it if it is data." if hidden else None
    if size or folder.lower().endswith(ENDINGS):
        return "its name ends with a slash, as a folder's does. Upload it under its name if it is data, or delete it."
    if folder and "/" not in folder and not folder.startswith(("_", ".")) and not _is_name(folder):
        return "it is a folder whose name is not a date like 2024-02-01. Rename it before data comes, or delete it."
    return None


def _is_name(folder: str) -> bool:
    try:
        parse_name(folder)
    except ValueError:
        return False
    return True


def _place(uri: str, relative: str) -> tuple[date, int]:
    folder, _, name = relative.partition("/")
    try:
        place = parse_name(folder)
    except ValueError as error:
        raise DropError(
            f"{uri}: {folder!r} is not a date like 2024-02-01 (or 2024-02-01-2 for a second drop of that day). "
            "Rename the folder or move it away."
        ) from error
    if "/" in name or not name.endswith(ENDINGS):
        raise DropError(
            f"{uri} is not a CSV file directly in its drop. Rename it to <name>.csv or <name>.csv.gz, or move it away."
        )
    return place
