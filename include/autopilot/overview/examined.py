"""The exams of all versions of a model, each read once per process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.exams.stored import Exam, exam_of, in_order
from include.autopilot.overview.remembered import summaries

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def exams_remembered(s3: S3Client, locations: Locations) -> tuple[list[Exam], tuple[str, ...]]:
    """Return the exams in the order of the drops, and a sentence per one that cannot be read."""
    try:
        found, problems = summaries(s3, locations, locations.all_exams, exam_of)
    except MissingObjectError:
        return [], ()
    return in_order(found), problems
