"""How the champion stands: whether its exams show that it is worse than it was when it was promoted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import version_of
from include.autopilot.champion.version import Version
from include.autopilot.drops.content import content_of
from include.autopilot.drops.listing import list_drops
from include.autopilot.exams.stored import Exam, exams_of
from include.autopilot.gate.decline import Decline, Losses, decline, fresh_losses
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.gate.stored import Answers, contenders, stored_answers

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Standing:
    """What a version's exams say together.

    :param exams: those that count, in the order of the drops: they have a mark, and of a drop that was changed after
        its exam they are on what it holds now.
    """

    version: Version
    exams: Sequence[Exam]
    decline: Decline

    @property
    def seen_in(self) -> Exam | None:
        """The exam at which a decline was first seen; None where there is none."""
        found = self.decline
        return self.exams[found.exam] if found.declined and found.exam is not None else None

    def start(self, least_days: int) -> str | None:
        """Name what a decline starts, one name for so many days; None where there is no decline."""
        seen = self.seen_in
        if seen is None:
            return None
        period = (self.exams[-1].moment - seen.moment).days // least_days
        return f"decline__v{self.version.version}__{seen.drop}__{period}"

    @property
    def sentence(self) -> str:
        """All of it for people."""
        count = len(self.exams)
        return f"Version {self.version.version} after {count} exam{'s' * (count != 1)}: {self.decline.sentence}"


def standing(s3: S3Client, locations: Locations, arn: str, until: datetime) -> Standing | None:
    """Return how a version stood at a moment, after its exams on the drops up to then; None if it never was champion.

    :param arn: of its model package.
    """
    version = version_of(s3, locations, arn)
    if version is None:
        return None
    found = exams_of(s3, locations, version.version)
    metric = found[-1].metric if found else version.metric
    # One metric has one loss; after gate.metric was changed the newer exams count.
    marked = [one for one in found if one.mark is not None and one.metric == metric and one.moment <= until]
    exams = _unchanged(s3, locations, marked)
    asked = [stored_answers(s3, locations, str(one.answers), str(one.model)) for one in exams]
    promoted = stored_answers(s3, locations, version.holdout, version.model)
    counted: set[tuple[str, float]] = set()
    before = None if promoted is None else _losses(metric, promoted, set())
    return Standing(version, exams, decline(before, [_losses(metric, one, counted) if one else () for one in asked]))


def _unchanged(s3: S3Client, locations: Locations, exams: Sequence[Exam]) -> list[Exam]:
    """Return the exams without those on what a drop held before it was changed and examined again."""
    times = Counter(one.drop for one in exams)
    if len(times) == len(exams):
        return list(exams)
    drops = {drop.name: drop for drop in list_drops(s3, locations).drops}

    def counts(exam: Exam) -> bool:
        drop = drops.get(exam.drop) if times[exam.drop] > 1 else None
        return drop is None or content_of(s3, drop, exam.files).digest == exam.digest

    return [one for one in exams if counts(one)]


def _losses(metric: str, answers: Answers, counted: set[tuple[str, float]]) -> Losses:
    return fresh_losses(resampled_metric(metric), contenders(None, answers)[1], counted)
