"""Since which decline a run judges: the present champion's, or that since which its own run judged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from include.autopilot.base.locations import Locations
from include.autopilot.champion.pointer import pointer, store_of
from include.autopilot.drops.plan import PlannedDecline, find_plan
from include.autopilot.exams.standing import standing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig


def decline_at(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime
) -> PlannedDecline | None:
    """Return the decline since which a run of a cutoff judges; None where there was none.

    A champion that was promoted after a decline is judged by the rows since that, too, until it declines itself: on
    older ones a model of the world before would look better.

    :param cutoff: exams on later drops say nothing, and neither does a champion of a later cutoff.
    """
    champion, _ = pointer(store_of(s3, sagemaker, config))
    if champion is None or champion.version.moment > cutoff:
        return None
    locations, version = Locations(config.root), champion.version
    found = standing(s3, locations, version.arn, cutoff) if config.exam == "on" else None
    seen = found.seen_in if found else None
    if found and seen and found.decline.since is not None:
        return PlannedDecline(version.version, seen.drop, found.exams[found.decline.since].drop)
    plan = find_plan(s3, locations.run(version.run))
    return plan.decline if plan else None
