"""Deliveries: what a new object under ``drops/`` says, and whether a retraining has been told of it.

S3 tells of single objects, more than once, and in any order; a retraining wants to hear of a drop, once. So a drop's
files are looked up when a message names its date, and a small file under ``deliveries/`` remembers which state of which
drop has been reported. The same files are never reported twice; a file more is another state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from include.autopilot.base.cutoff import parse_cutoff
from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import MissingObjectError, OptionsError
from include.autopilot.base.locations import Locations, parse_uri
from include.autopilot.drops.listing import parse_name
from include.autopilot.s3.objects import read, write_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Delivery:
    """The state of one day's drops: mostly one.

    :param files: address and ETag of every file, in the order of their addresses.
    """

    day: date
    files: tuple[tuple[str, str], ...]

    @property
    def fingerprint(self) -> str:
        """Tells two states of a drop apart."""
        return of_json([list(file) for file in self.files])


def days_in(body: str, drops: str) -> frozenset[date]:
    """Return the dates of the drops that a message names; none if it names something else.

    :param body: a message as S3 sends it to an SQS queue, directly or by way of an SNS topic.
    :param drops: the model's folder of drops, ``s3://bucket/prefix/drops``.
    """
    return frozenset(day for uri in _created(body) if (day := _day(uri, drops)) is not None)


def find_delivery(s3: S3Client, drops: str, day: date) -> Delivery | None:
    """Look up the files of a day's drops; None if there are none (any more)."""
    bucket, key = parse_uri(drops)
    prefix = f"{key}/{day.isoformat()}"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = [(f"s3://{bucket}/{entry['Key']}", entry["ETag"]) for page in pages for entry in page.get("Contents", [])]
    files = tuple(sorted(file for file in found if _day(file[0], drops) == day))
    return Delivery(day, files) if files else None


def is_reported(s3: S3Client, locations: Locations, delivery: Delivery) -> bool:
    """Whether a retraining has been informed of this state of the drop."""
    try:
        read(s3, locations.delivery(delivery.day, delivery.fingerprint))
    except MissingObjectError:
        return False
    return True


def remember(s3: S3Client, locations: Locations, delivery: Delivery) -> None:
    """Write down that a retraining has been informed of this state of the drop."""
    files = [{"uri": uri, "etag": etag} for uri, etag in delivery.files]
    write_json(s3, locations.delivery(delivery.day, delivery.fingerprint), {"files": files})


def extra_of(model: str, locations: Locations, delivery: Delivery) -> dict[str, Any]:
    """Return what the asset event carries: the drop's date, its folder, the model and the number of files."""
    day = delivery.day.isoformat()
    return {"date": day, "uri": f"{locations.drop(day)}/", "model": model, "files": len(delivery.files)}


def delivered_until(extras: Iterable[Mapping[str, Any]]) -> datetime | None:
    """Return the cutoff of a run that asset events triggered: the date of the newest drop they tell of.

    Several events can start one run, which then sees all their drops. None: no event says a date.

    :param extras: the events' extra; a trigger's own stands under ``payload``, a person's may be given directly.
    :raises OptionsError: a date is none.
    """
    payloads = [extra.get("payload", extra) for extra in extras]
    dates = [payload["date"] for payload in payloads if isinstance(payload, Mapping) and payload.get("date")]
    try:
        return max((parse_cutoff(str(day)).astimezone(UTC) for day in dates), default=None)
    except OptionsError as error:
        raise OptionsError(f"An asset event's date is not like 2024-02-01: {', '.join(map(str, dates))}.") from error


def _created(body: str) -> Iterator[str]:
    """Yield the addresses of the objects that a message says were created."""
    try:
        message = json.loads(body)
        if message.get("Type") == "Notification":
            message = json.loads(message["Message"])
        for record in message.get("Records", ()):
            if str(record["eventName"]).startswith("ObjectCreated:"):
                # Keys in S3's messages are encoded like a form's fields.
                yield f"s3://{record['s3']['bucket']['name']}/{unquote_plus(record['s3']['object']['key'])}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return


def _day(uri: str, drops: str) -> date | None:
    if not uri.startswith(f"{drops}/"):
        return None
    folder, _, name = uri.removeprefix(f"{drops}/").partition("/")
    if not name or name.rpartition("/")[2].startswith(("_", ".")) or name.endswith("/"):
        return None
    try:
        return parse_name(folder)[0]
    except ValueError:
        return None
