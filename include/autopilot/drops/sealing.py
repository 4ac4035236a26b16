"""Seal what a run uses, once nothing that is free to check speaks against it.

A drop that the contract or the drift check turned away was used by nobody, and may be corrected in place; and a dry run
uses nothing. Sealing is a step of its own behind them, so that it does not depend on how they were passed.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from include.autopilot.drops.holdouts import holdout_seal
from include.autopilot.drops.plan import Plan
from include.autopilot.drops.seals import Seal, seals_of
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def seal_run(s3: S3Client, config: ModelConfig, plan: Plan) -> None:
    """Seal the drops and holdouts of a run, unless it is a dry one.

    :raises ChangedError: one of them was changed since another run used it, and that is refused.
    """
    if plan.options.dry_run:
        return
    holdouts = seals_of(s3, config, "holdout")
    for holdout in filter(attrgetter("sealed"), plan.holdouts):
        holdouts.put(holdout.name, holdout_seal(holdout.name, holdout.digest, plan.run))
    drops = seals_of(s3, config, "drop")
    for drop in plan.drops:
        drops.put(drop.name, Seal(drop.prepared.digest, plan.run, drop.contents))
    drops.keep()
