"""What the operators kept of a run's jobs: per job or model its request, and its description once it had ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from include.autopilot.s3.objects import list_objects

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REQUEST, _DESCRIPTION = ".request.json", ".description.json"


@dataclass(frozen=True)
class JobRecord:
    """Where the request and the description of one job are; None where it was not kept."""

    name: str
    request: str | None
    description: str | None


def job_records(s3: S3Client, folder: str, since: datetime | None = None) -> list[JobRecord]:
    """Return what was kept, by name.

    :param folder: a run's :meth:`include.autopilot.base.locations.Locations.records`.
    :param since: what was written up to here is left out; None: nothing is.
    """
    found = list_objects(s3, folder)
    uris = [one.uri for one in found if since is None or (one.modified and one.modified > since)]
    asked = {uri.removesuffix(_REQUEST): uri for uri in uris if uri.endswith(_REQUEST)}
    ended = {uri.removesuffix(_DESCRIPTION): uri for uri in uris if uri.endswith(_DESCRIPTION)}
    stems = sorted({*asked, *ended})
    return [JobRecord(stem.rpartition("/")[2], asked.get(stem), ended.get(stem)) for stem in stems]
