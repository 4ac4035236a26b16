"""What SageMaker was asked for in a run, request by request, without secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.masking import masked
from include.autopilot.drops.plan import Plan
from include.autopilot.s3.jobrecords import job_records
from include.autopilot.s3.objects import read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Characters of all requests together, and how many of them: a page is to stay small.
_MOST, _MOST_REQUESTS = 120_000, 100


@dataclass(frozen=True)
class Requested:
    """One request.

    :param name: of the job or model; ``uri``: where the request is kept.
    :param text: it as JSON; None where the page has no room for it.
    """

    name: str
    uri: str
    text: str | None


def requested(s3: S3Client, plan: Plan) -> list[Requested]:
    """Return the requests that the operators kept, by name; none where nothing was kept yet."""
    try:
        records = job_records(s3, plan.locations.records(plan.main))
    except MissingObjectError:
        return []
    kept = [(record.name, record.request) for record in records if record.request]
    found: list[Requested] = []
    room = _MOST
    for place, (name, uri) in enumerate(kept):
        text = _text(s3, uri) if place < _MOST_REQUESTS and room > 0 else None
        fits = text is not None and len(text) <= room
        found.append(Requested(name, uri, text if fits else None))
        room -= len(text or "") if fits else 0
    return found


def _text(s3: S3Client, uri: str) -> str:
    return json.dumps(masked(read_json(s3, uri)), indent=2, ensure_ascii=False)
