"""How the champion stands: whether its exams show that it is worse than it was when it was promoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import version_of
from include.autopilot.champion.version import Version
from include.autopilot.exams.stored import Exam, exams_of
from include.autopilot.gate.decline import Decline, Losses, decline, row_losses
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.gate.stored import Answers, contenders, stored_answers

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Standing:
    """What a version's exams say together.

    :param exams: those that have a mark, in the order of the drops.
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
    exams = [one for one in found if one.mark is not None and one.metric == metric and one.moment <= until]
    losses = [_losses(metric, stored_answers(s3, locations, str(one.answers), str(one.model))) for one in exams]
    promoted = _losses(metric, stored_answers(s3, locations, version.holdout, version.model))
    return Standing(version, exams, decline(promoted, [() if one is None else one for one in losses]))


def _losses(metric: str, answers: Answers | None) -> Losses | None:
    """Return the loss of every row; None where the answers were deleted."""
    return None if answers is None else row_losses(resampled_metric(metric), contenders(None, answers)[1])
