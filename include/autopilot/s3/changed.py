"""That something changed which people look at: one small object per model, written anew after each such write.

Who remembers a model's ledger, exams and newest report reads it *before* them, and keeps them as long as it says the
same. A writer that dies between the two writes leaves it as it was until the next one, so nobody relies on it for long.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.lenient import text_at
from include.autopilot.base.locations import Locations
from include.autopilot.s3.objects import read_json, write_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def tell_change(s3: S3Client, locations: Locations) -> None:
    """Say that the ledger, the exams or a report of a model have changed."""
    write_json(s3, locations.changed, {"change": secrets.token_hex(16)})


def last_change(s3: S3Client, locations: Locations) -> str | None:
    """Return a text that is another one after every change; None where nobody has told of any."""
    try:
        return text_at(read_json(s3, locations.changed), "change")
    except MissingObjectError:
        return None
